import { expect, it } from 'vitest'
import { captureTerminal } from '../../test/captured-terminal.js'
import { sampleEpoch, sampleSweep, sampleTrial } from '../../test/samples.js'
import { createLinesView } from './lines-view.js'

const trial = sampleTrial(0, 1)
const update = { sweep: sampleSweep(), running: [trial], events: [], standstill: undefined }

it('prints a line for each event, without any control code', () => {
  const { terminal, written } = captureTerminal()
  const view = createLinesView(terminal)
  view.show({
    ...update,
    events: [
      { type: 'started', trial },
      { type: 'epoch', trial, metrics: sampleEpoch(1) },
    ],
  })
  view.show(update)
  view.close()
  expect(written().split('\n')).toEqual([
    'trial 0  kernel=3 stride=1  started',
    expect.stringMatching(/^trial 0 {2}kernel=3 stride=1 {2}epoch 1\/3 {2}loss 1.0000 /),
    '',
  ])
  expect(written()).not.toMatch(/[^\P{Cc}\n]/u)
})

it('tells an outage once, and its end', () => {
  const { terminal, written } = captureTerminal()
  const view = createLinesView(terminal)
  view.showOutage(new Error('Nobody answers.'))
  view.showOutage(new Error('Nobody answers.'))
  view.show(update)
  expect(written()).toBe('Nobody answers. Trying again until it answers.\nThe API answers again.\n')
})

it('tells a standstill once, and again only when it has another cause', () => {
  const { terminal, written } = captureTerminal()
  const view = createLinesView(terminal)
  view.show({ ...update, standstill: 'trial 1 waits: it waits for its retry in 8 s' })
  view.show({ ...update, standstill: 'trial 1 waits: it waits for its retry in 7 s' })
  view.show(update)
  view.show({ ...update, standstill: 'paused: on request' })
  expect(written()).toBe('trial 1 waits: it waits for its retry in 8 s\npaused: on request\n')
})
