import {
  cancelSweep,
  cancelTrial,
  createSweep,
  deleteSweep,
  pauseSweep,
  requestDrain,
  resumeSweep,
  retrySweep,
  retryTrial,
  type SchedulerPorts,
  updateSweep,
} from '../../src/index.js'
import { choose } from './attempts-at-hand.js'
import type { Order } from './happening.js'
import type { Snapshot } from './snapshot.js'

const LIMITS = { maxTrials: 100 }
const DEFINITIONS: readonly object[] = [
  { name: 'plain', space: { lr: [0.1, 0.01, 0.001] }, fixed: { epochs: 3 } },
  { name: 'limited', space: { lr: [0.1, 0.01, 0.001] }, fixed: { epochs: 2 }, priority: 1, maxParallel: 1 },
  {
    name: 'many',
    space: { dropout: { min: 0, max: 0.5, steps: 12 } },
    fixed: { epochs: 2 },
    maxFailureShare: 0.3,
  },
  {
    name: 'growing',
    sampler: { type: 'random', trials: 9 },
    space: { lr: { min: 0.001, max: 0.1, scale: 'log' } },
    fixed: { epochs: 2 },
    budget: { epochs: 14 },
    maxFailureShare: 1,
  },
  {
    name: 'halving',
    space: { dropout: { min: 0, max: 0.5, steps: 7 } },
    fixed: { epochs: 5 },
    pruner: { type: 'asha', eta: 2, min: 1 },
    maxFailureShare: 1,
  },
  {
    name: 'few finish',
    sampler: { type: 'random', trials: 6 },
    space: { lr: { min: 0.001, max: 0.1, scale: 'log' } },
    fixed: { epochs: 3 },
    pruner: { type: 'iEpoch', epochs: 1, finish: 2 },
    budget: { target: 0.3 },
    maxParallel: 2,
    maxFailureShare: 1,
  },
  {
    name: 'lenient',
    space: { dropout: { min: 0, max: 0.5, steps: 5 } },
    fixed: { epochs: 3 },
    pruner: { type: 'percentile', keep: 0.5, warmup: 0, startup: 1 },
    maxFailureShare: 1,
  },
]

/** Does what a person asks for with one of the things that he sees. */
export async function obey(ports: SchedulerPorts, seen: Snapshot, what: Order): Promise<unknown> {
  switch (what.kind) {
    case 'create':
      return createSweep(ports, choose(DEFINITIONS, what.definition), LIMITS, what.key)
    case 'drain':
      return requestDrain(ports, what.worker)
    case 'cancel trial':
    case 'retry trial': {
      const trial = choose(seen.trials, what.pick)
      const act = what.kind === 'cancel trial' ? cancelTrial : retryTrial
      return trial && act(ports, trial.id)
    }
    case 'change': {
      const sweep = choose(seen.sweeps, what.pick)
      return sweep && updateSweep(ports, sweep.id, what.changes)
    }
    default: {
      const sweep = choose(seen.sweeps, what.pick)
      return sweep && SWEEP_ORDERS[what.kind](ports, sweep.id)
    }
  }
}

const SWEEP_ORDERS = {
  pause: pauseSweep,
  resume: resumeSweep,
  cancel: cancelSweep,
  retry: retrySweep,
  delete: deleteSweep,
} as const
