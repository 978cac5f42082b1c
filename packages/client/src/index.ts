export {
  type CallOptions,
  type ClientOptions,
  type CreateOptions,
  createClient,
  type PageQuery,
  type SweepClient,
  type TrialListQuery,
} from './client.js'
export { ApiError, UnexpectedAnswerError, UnreachableError } from './errors.js'
