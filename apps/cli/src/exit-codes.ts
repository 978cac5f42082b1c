/** The exit code of the process. */
export const EXIT = {
  ok: 0,
  /** A trial failed, or the command could not be done. */
  failed: 1,
  /** Ended by Ctrl-C: 128 + SIGINT, as shells count. */
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
