export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from './embedded-postgres-error.js'
export { findRunningPostgres } from './find-running-postgres.js'
export { type DatabaseReport, inspectDatabase } from './inspect-database.js'
export { isBreaking, migrateDeploy } from './migrate-deploy.js'
export { type OpenDatabase, type OpenDatabaseOptions, openDatabase } from './open-database.js'
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './start-embedded-postgres.js'
