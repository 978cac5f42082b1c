export type { PostgresOptions } from './connect-prisma.js'
export { createPostgresStore } from './create-postgres-store.js'
