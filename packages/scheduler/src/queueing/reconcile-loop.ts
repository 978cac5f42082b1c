import type { SchedulerPorts } from '../ports.js'
import { type Repetition, repeatUntilStopped } from '../repeat-until-stopped.js'
import { JobWatch, reconcile } from './reconcile.js'

/** Where the loop says what it repaired; pino's shape. */
export interface ReconcileLog {
  info(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** After jobs were found missing, the second look that confirms it follows this soon. */
const CONFIRM_MS = 1000

/** Runs `reconcile` at once and then `intervalMs` after each run ended, until stopped; logs failures and continues. */
export function startReconciling(ports: SchedulerPorts, intervalMs: number, log: ReconcileLog): Repetition {
  const watch = new JobWatch()
  return repeatUntilStopped(async () => {
    try {
      const repairs = await reconcile(ports, watch)
      if (Object.values(repairs).some((count) => count > 0)) log.info(repairs, 'repaired')
      return watch.missing > 0 ? CONFIRM_MS : undefined
    } catch (err) {
      log.error({ err }, 'reconcile failed; it runs again shortly')
      return undefined
    }
  }, intervalMs)
}
