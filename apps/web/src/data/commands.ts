import type { Sweep, SweepChanges, TrialDetail } from '@sweepd/core'
import { useMutation } from '@tanstack/react-query'
import { api } from './api'
import { queryClient } from './query-client'

/** What a person can do to a sweep where its page offers it. */
export type SweepCommand =
  | { readonly type: 'pause' | 'resume' | 'cancel' | 'retry' }
  | { readonly type: 'change'; readonly changes: SweepChanges }

/** Does a command at once in the view, then for real; the view returns to the truth if it is refused. */
export const useSweepCommand = (id: string) =>
  useMutation({
    mutationFn: async (command: SweepCommand): Promise<Sweep> => {
      switch (command.type) {
        case 'pause':
          return api.pauseSweep(id)
        case 'resume':
          return api.resumeSweep(id)
        case 'cancel':
          return api.cancelSweep(id)
        case 'retry':
          return (await api.retrySweep(id)).sweep
        case 'change':
          return api.updateSweep(id, command.changes)
      }
    },
    onMutate: async (command) => {
      await queryClient.cancelQueries({ queryKey: ['sweep', id] })
      queryClient.setQueryData<Sweep>(['sweep', id], (sweep) => sweep && expect(sweep, command))
    },
    onSuccess: (sweep) => {
      queryClient.setQueryData(['sweep', id], sweep)
    },
    onSettled: () => queryClient.invalidateQueries(),
  })

/** How the sweep will look if the command succeeds. */
function expect(sweep: Sweep, command: SweepCommand): Sweep {
  switch (command.type) {
    case 'pause':
      return { ...sweep, state: 'paused' }
    case 'resume':
    case 'retry':
      return { ...sweep, state: 'running', pauseReason: null }
    case 'cancel':
      return { ...sweep, state: 'cancelled' }
    case 'change':
      return {
        ...sweep,
        ...(command.changes.priority !== undefined && { priority: command.changes.priority }),
        ...(command.changes.maxParallel !== undefined && { maxParallel: command.changes.maxParallel }),
      }
  }
}

/** Cancels a trial, or queues a failed one again. */
export const useTrialCommand = (id: string) =>
  useMutation({
    mutationFn: (command: 'cancel' | 'retry'): Promise<TrialDetail> =>
      command === 'cancel' ? api.cancelTrial(id) : api.retryTrial(id),
    onSuccess: (trial) => {
      queryClient.setQueryData(['trial', id], trial)
    },
    onSettled: () => queryClient.invalidateQueries(),
  })

/** Asks a worker to drain. */
export const useDrain = () =>
  useMutation({
    mutationFn: (id: string) => api.drainWorker(id),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['workers'] }),
  })
