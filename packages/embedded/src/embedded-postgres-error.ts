export type EmbeddedPostgresErrorCode =
  | 'folder-taken'
  | 'folder-unusable'
  | 'port-taken'
  | 'binaries-missing'
  | 'version-mismatch'
  | 'initdb-failed'
  | 'start-failed'
  | 'unreachable'
  | 'migration-failed'
  | 'newer-schema'

/** Whether output of Postgres says that the disk is full; near the end of it a write is first cut short. */
export const isDiskFull = (output: string): boolean =>
  /No space left|Disk quota|Check free disk space|wrote only/.test(output)

/** A database that could not be had; `code` says why, and the message says what to do about it. */
export class EmbeddedPostgresError extends Error {
  constructor(
    readonly code: EmbeddedPostgresErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'EmbeddedPostgresError'
  }
}
