import { renderEvent } from '../render/event-line.js'
import { listVaried } from '../render/hyperparameters.js'
import { toPlainLine } from '../render/text.js'
import type { Terminal } from '../terminal/terminal.js'
import type { SweepView } from './follow-sweep.js'

/** One line for each thing that happens: for pipes and logs. */
export function createLinesView({ print, paint }: Pick<Terminal, 'print' | 'paint'>): SweepView {
  let isOut = false
  let toldStandstill: string | undefined
  return {
    show({ sweep, events, standstill }) {
      if (isOut) print('The API answers again.')
      isOut = false
      for (const event of events) print(renderEvent(event, listVaried(sweep.space), paint))
      // The seconds of a countdown are no news.
      const withoutNumbers = standstill?.replaceAll(/\d+/g, '')
      if (standstill !== undefined && withoutNumbers !== toldStandstill) print(toPlainLine(standstill))
      toldStandstill = withoutNumbers
    },
    showOutage({ message }) {
      if (!isOut) print(`${toPlainLine(message)} Trying again until it answers.`)
      isOut = true
    },
    close() {},
  }
}
