import type { SchedulerPorts } from '../ports.js'
import { type Repetition, repeatUntilStopped } from '../repeat-until-stopped.js'
import { reconcile } from './reconcile.js'

/** Where the loop says what it repaired; pino's shape. */
export interface ReconcileLog {
  info(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Runs `reconcile` at once and then `intervalMs` after each run ended, until stopped; logs failures and goes on. */
export function startReconciling(ports: SchedulerPorts, intervalMs: number, log: ReconcileLog): Repetition {
  return repeatUntilStopped(async () => {
    try {
      const repairs = await reconcile(ports)
      if (Object.values(repairs).some((count) => count > 0)) log.info(repairs, 'repaired')
    } catch (err) {
      log.error({ err }, 'reconcile failed; it runs again shortly')
    }
  }, intervalMs)
}
