export {
  type CallOptions,
  type CanonicalUpload,
  type ClientOptions,
  type CreateOptions,
  type CurvesQuery,
  createClient,
  type ExportQuery,
  type PageQuery,
  type PointsQuery,
  type SweepClient,
  type TrialListQuery,
} from './client.js'
export { ApiError, UnexpectedAnswerError, UnreachableError } from './errors.js'
export type { ClientEvent, EventsQuery } from './follow-events.js'
