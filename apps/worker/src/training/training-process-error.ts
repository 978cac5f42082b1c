import type { ChildProcess } from 'node:child_process'

interface TrainingProcessErrorOptions extends ErrorOptions {
  readonly isSlotFault?: boolean
}

/** A training process did not come up. */
export class TrainingProcessError extends Error {
  /** Whether it speaks against the slot, that is its engine or device, rather than against the system around it. */
  readonly isSlotFault: boolean

  constructor(message: string, { isSlotFault = false, cause }: TrainingProcessErrorOptions = {}) {
    super(message, { cause })
    this.name = 'TrainingProcessError'
    this.isSlotFault = isSlotFault
  }
}

/** What ends a process from outside; a driver or a library that fails ends it otherwise. */
const FROM_OUTSIDE = new Set<NodeJS.Signals | null>(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'])

/** Whether a process has ended by its own fault, or was killed by its worker because it was stuck. */
export const isCrash = ({ exitCode, signalCode, killed }: ChildProcess): boolean =>
  signalCode === null ? (exitCode ?? 0) !== 0 : killed || !FROM_OUTSIDE.has(signalCode)
