import { renderEvent } from '../render/event-line.js'
import { listVaried } from '../render/hyperparameters.js'
import { renderProgressFrame } from '../render/progress-frame.js'
import { toPlainLine } from '../render/text.js'
import type { Terminal } from '../terminal/terminal.js'
import type { SweepView } from './follow-sweep.js'
import type { SweepUpdate } from './sweep-follower.js'
import { createTrialClock } from './trial-clock.js'

/** A bar for each running trial and one for all, drawn in place; ended trials stay above as lines. */
export function createBarsView(terminal: Terminal): SweepView {
  const clock = createTrialClock()
  let last: Omit<SweepUpdate, 'events'> | undefined
  const draw = (notice?: string) => {
    if (last === undefined) return terminal.draw(notice === undefined ? [] : [notice])
    const varied = listVaried(last.sweep.space)
    const running = last.running.map((trial) => clock.estimate(trial, varied))
    terminal.draw(
      renderProgressFrame({ sweep: last.sweep, running, notice: notice ?? last.standstill }, terminal),
    )
  }
  return {
    show({ events, ...update }) {
      last = update
      const { sweep } = update
      const varied = listVaried(sweep.space)
      for (const event of events)
        if (event.type === 'ended') terminal.print(renderEvent(event, varied, terminal.paint))
      draw()
    },
    showOutage: ({ message }) => draw(`Trying again until the API answers: ${toPlainLine(message)}`),
    close: () => terminal.erase(),
  }
}
