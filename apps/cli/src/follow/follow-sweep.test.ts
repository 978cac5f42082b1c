import { ApiError, type ClientEvent, UnreachableError } from '@sweepd/client'
import { describe, expect, it, vi } from 'vitest'
import { RecordedSweep } from '../../test/recorded-sweep.js'
import { sampleTrial } from '../../test/samples.js'
import { followSweep, type SweepView } from './follow-sweep.js'

const signal = new AbortController().signal

/** A view that notes what it is told. */
function createNotes(): SweepView & { notes: string[] } {
  const notes: string[] = []
  return {
    notes,
    show: ({ events }) => notes.push(`show ${events.length}`),
    showOutage: (error) => notes.push(error.message),
    close: () => notes.push('close'),
  }
}

function finishedSweep(): RecordedSweep {
  const sweep = new RecordedSweep()
  sweep.trials = [sampleTrial(0, 3, { state: 'completed' })]
  sweep.state = 'completed'
  return sweep
}

describe('following', () => {
  it('ends with the sweep', async () => {
    const view = createNotes()
    const { state } = await followSweep(finishedSweep(), 'id', view, { signal, fromStart: true })
    expect(state).toBe('completed')
    expect(view.notes).toEqual(['show 5', 'close'])
  })

  it('keeps asking while the API does not answer', async () => {
    const sweep = finishedSweep()
    sweep.failures.push(new UnreachableError('gone'))
    const view = createNotes()
    await followSweep(sweep, 'id', view, { signal, fromStart: true })
    expect(view.notes).toEqual(['gone', 'show 5', 'close'])
  })

  it('gives up where the API refuses', async () => {
    const sweep = finishedSweep()
    const problem = {
      type: 'about:blank',
      title: 'No',
      status: 404,
      detail: 'There is no such sweep.',
      instance: '/',
    }
    sweep.failures.push(new ApiError(problem, 'GET /sweeps/id'))
    const view = createNotes()
    await expect(followSweep(sweep, 'id', view, { signal, fromStart: true })).rejects.toThrow('no such sweep')
    expect(view.notes).toEqual(['close'])
  })

  it('looks when an event says that something has changed, and draws meanwhile', async () => {
    const sweep = new RecordedSweep()
    sweep.trials = [sampleTrial(0, 1)]
    const feed = new TransformStream<ClientEvent, ClientEvent>()
    const writer = feed.writable.getWriter()
    const api = Object.assign(sweep, { events: () => feed.readable as AsyncIterable<ClientEvent> })
    const view = createNotes()
    void writer.write({ name: 'open', id: '1-0', data: { topics: [], position: '1-0' } })
    const following = followSweep(api, 'id', view, { signal, fromStart: true, intervalMs: 5 })
    await vi.waitFor(() => expect(view.notes.length).toBeGreaterThan(20), 5000)
    const asked = sweep.asked.length
    await vi.waitFor(() => expect(view.notes.length).toBeGreaterThan(40), 5000)
    expect(sweep.asked.length).toBe(asked)
    sweep.trials = [sampleTrial(0, 3, { state: 'completed' })]
    sweep.state = 'completed'
    void writer.write({ name: 'trials', id: '2-0', data: { sweepId: 'id' } })
    expect((await following).state).toBe('completed')
    expect(view.notes.slice(-2)).toEqual(['show 3', 'close'])
  })

  it('asks regularly where events are refused', async () => {
    const sweep = new RecordedSweep()
    sweep.trials = [sampleTrial(0, 1)]
    const refused = async function* (): AsyncGenerator<ClientEvent> {
      yield* []
      throw new UnreachableError('no stream')
    }
    const view = createNotes()
    const api = Object.assign(sweep, { events: refused })
    const following = followSweep(api, 'id', view, { signal, fromStart: true, intervalMs: 5 })
    await vi.waitFor(() => expect(sweep.asked.length).toBeGreaterThan(20), 5000)
    sweep.trials = [sampleTrial(0, 3, { state: 'completed' })]
    sweep.state = 'completed'
    expect((await following).state).toBe('completed')
  })

  it('stops when it is told to', async () => {
    const stop = new AbortController()
    const sweep = new RecordedSweep()
    const view = { ...createNotes(), show: () => stop.abort() }
    await expect(followSweep(sweep, 'id', view, { signal: stop.signal, fromStart: true })).rejects.toThrow()
    expect(view.notes).toEqual(['close'])
  })
})
