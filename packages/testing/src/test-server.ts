/** A server that a test started for itself. */
export interface TestServer {
  readonly url: string
  /** Ends the server at once, as a crash would. Safe to call on one that is down. */
  kill(): Promise<void>
  /** Starts it again after a kill: same address, same data. */
  restart(): Promise<void>
  /** Ends the server and removes its data. Safe to call twice. */
  stop(): Promise<void>
}
