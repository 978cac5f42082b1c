export { explainConnectFailure } from './explain-connect-failure.js'
export { createPool, type PoolOptions } from './pool.js'
export { DEFAULT_SCHEMA, prepareSession, schemaOf } from './session.js'
