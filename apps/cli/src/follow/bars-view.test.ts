import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { captureTerminal } from '../../test/captured-terminal.js'
import { sampleSweep, sampleTrial } from '../../test/samples.js'
import { createBarsView } from './bars-view.js'

const update = { sweep: sampleSweep(), running: [sampleTrial(0, 1)], events: [], standstill: undefined }

it('draws bars in place and leaves ended trials as lines', () => {
  const { terminal, written } = captureTerminal({ columns: 100, rows: 30 })
  const view = createBarsView(terminal)
  view.show(update)
  const ended = sampleTrial(1, 3, { state: 'completed' })
  view.show({ ...update, events: [{ type: 'ended', trial: ended }] })
  view.close()
  const text = stripVTControlCharacters(written())
  expect(text).toContain('epoch 1/3')
  expect(text).toContain('✔ trial 1  kernel=3 stride=1  completed')
})

it('says that it tries again while the API does not answer', () => {
  const { terminal, written } = captureTerminal({ columns: 100, rows: 30 })
  const view = createBarsView(terminal)
  view.show(update)
  view.showOutage(new Error('Nobody answers.'))
  view.close()
  expect(stripVTControlCharacters(written())).toContain('Trying again until the API answers: Nobody answers.')
})

it('says why nothing is running', () => {
  const { terminal, written } = captureTerminal({ columns: 100, rows: 30 })
  const view = createBarsView(terminal)
  view.show({ ...update, running: [], standstill: 'paused: 6 of 11 ended trials failed' })
  view.close()
  expect(stripVTControlCharacters(written())).toContain('paused: 6 of 11 ended trials failed')
})
