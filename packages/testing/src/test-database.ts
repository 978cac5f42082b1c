import { dropDatabase } from './database-maker.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A POST to it returns the URL of a new database. */
    databaseMakerUrl: string
  }
}

/** A database of its own for one test file, on the Postgres that all files of a test run share. */
export interface TestDatabase {
  readonly url: string
  /** Drops the database, ending the connections to it. */
  drop(): Promise<void>
}

/** Creates a database with all migrations applied. Only inside vitest, with the global setup of this package. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { inject } = await import('vitest')
  const response = await fetch(inject('databaseMakerUrl'), { method: 'POST' })
  const answer = await response.text()
  if (!response.ok) throw new Error(`No database for the test: ${answer}`)
  return { url: answer, drop: () => dropDatabase(answer) }
}
