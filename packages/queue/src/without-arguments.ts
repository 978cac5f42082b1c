/**
 * Passes errors on without the arguments of the Redis command that failed, which ioredis hangs on them and loggers
 * write down: those of HELLO and AUTH are the password.
 */
export function withoutArguments(onError: (error: Error) => void): (error: Error) => void {
  return (error) => {
    forgetArguments(error)
    onError(error)
  }
}

/** Takes the arguments off this error; the name of the command stays. */
export function forgetArguments(error: unknown): void {
  const { command } = (error ?? {}) as { command?: { name?: unknown } }
  if (error instanceof Error && command !== undefined)
    Object.assign(error, { command: { name: command.name } })
}
