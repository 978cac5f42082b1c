export { createPostgresStore } from './create-postgres-store.js'
export type { PostgresOptions } from './database.js'
