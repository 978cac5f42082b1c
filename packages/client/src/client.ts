import {
  type MetricName,
  type Page,
  type SortOrder,
  type Sweep,
  type SweepPreview,
  sweepPageSchema,
  sweepPreviewSchema,
  sweepSchema,
  type Trial,
  type TrialDetail,
  type TrialState,
  trialDetailSchema,
  trialPageSchema,
} from '@sweepd/core'
import { ApiError, UnreachableError } from './errors.js'
import { type Call, type Connection, explain, fetchAnswer } from './fetch-answer.js'
import { type AnswerSchema, parseAnswer } from './parse-answer.js'

/** Where the API is and how it is spoken to. */
export interface ClientOptions {
  /** Such as `http://127.0.0.1:3000`; a path is kept as a prefix. */
  readonly baseUrl: string
  /** The API's `API_TOKEN`, where it has one. */
  readonly token?: string | undefined
  /** Instead of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined
  /** Longest wait for one answer in milliseconds; unless told 30,000, and 300,000 to create a sweep. */
  readonly timeoutMs?: number | undefined
}

/** What every call takes. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

/** Which part of a list. */
export interface PageQuery {
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

/** Which trials, and in what order; without `sort` the newest first. */
export interface TrialListQuery extends PageQuery {
  readonly sort?: MetricName | undefined
  readonly order?: SortOrder | undefined
  readonly sweepId?: string | undefined
  readonly state?: TrialState | undefined
}

/**
 * The API over HTTP. Every method throws ApiError where the API refuses, UnreachableError where nobody answers,
 * and UnexpectedAnswerError where something else than this API does. `find…` answers undefined for an unknown id.
 */
export interface SweepClient {
  createSweep(definition: unknown, options?: CallOptions): Promise<Sweep>
  /** Counts and checks; nothing is stored. */
  previewSweep(definition: unknown, options?: CallOptions): Promise<SweepPreview>
  getSweep(id: string, options?: CallOptions): Promise<Sweep>
  findSweep(id: string, options?: CallOptions): Promise<Sweep | undefined>
  listSweeps(query?: PageQuery, options?: CallOptions): Promise<Page<Sweep>>
  listTrials(query?: TrialListQuery, options?: CallOptions): Promise<Page<Trial>>
  getTrial(id: string, options?: CallOptions): Promise<TrialDetail>
  findTrial(id: string, options?: CallOptions): Promise<TrialDetail | undefined>
  /** Whether the API is there and its store and queue answer; false at once for a server that is not there. */
  isReady(options?: CallOptions): Promise<boolean>
}

/** A sweep of 100,000 trials takes a minute to store and queue, and whoever gives up on it may create it twice. */
const DEFAULT_TIMEOUT_MS = { GET: 30_000, POST: 300_000 }

/** Throws TypeError if `baseUrl` is no URL. */
export function createClient(options: ClientOptions): SweepClient {
  const connection = toConnection(options)
  const get = <T>(path: string, schema: AnswerSchema<T>, query: object, { signal }: CallOptions = {}) =>
    ask(connection, { method: 'GET', url: toUrl(connection, path, query), signal }, schema)
  const post = <T>(path: string, schema: AnswerSchema<T>, body: unknown, { signal }: CallOptions = {}) =>
    ask(
      connection,
      { method: 'POST', url: toUrl(connection, path, {}), body: JSON.stringify(body), signal },
      schema,
    )
  const getSweep = (id: string, call?: CallOptions) =>
    get(`sweeps/${encodeURIComponent(id)}`, sweepSchema, {}, call)
  const getTrial = (id: string, call?: CallOptions) =>
    get(`trials/${encodeURIComponent(id)}`, trialDetailSchema, {}, call)
  return {
    createSweep: (definition, call) => post('sweeps', sweepSchema, definition, call),
    previewSweep: (definition, call) => post('sweeps?dryRun=true', sweepPreviewSchema, definition, call),
    getSweep,
    findSweep: (id, call) => getSweep(id, call).catch(undefinedIfNotFound),
    listSweeps: (query = {}, call) => get('sweeps', sweepPageSchema, query, call),
    listTrials: (query = {}, call) => get('trials', trialPageSchema, query, call),
    getTrial,
    findTrial: (id, call) => getTrial(id, call).catch(undefinedIfNotFound),
    isReady: (call) => isReady(connection, call),
  }
}

function toConnection({ baseUrl, token, fetch = globalThis.fetch, timeoutMs }: ClientOptions): Connection {
  if (!URL.canParse(baseUrl) || !/^https?:/.test(baseUrl))
    throw new TypeError(
      `${JSON.stringify(baseUrl)} is not the address of an API; give one such as http://127.0.0.1:3000`,
    )
  return {
    baseUrl: baseUrl.replace(/\/+$/, ''),
    headers: {
      accept: 'application/json, application/problem+json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    fetch,
    timeoutMs: timeoutMs === undefined ? DEFAULT_TIMEOUT_MS : { GET: timeoutMs, POST: timeoutMs },
  }
}

function toUrl({ baseUrl }: Connection, path: string, query: object): URL {
  const url = new URL(`${baseUrl}/${path}`)
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, String(value))
  return url
}

async function ask<T>(connection: Connection, call: Call, schema: AnswerSchema<T>): Promise<T> {
  const response = await fetchAnswer(connection, call)
  return parseAnswer(response, schema, `${call.method} ${call.url.pathname}${call.url.search}`).catch(
    (error: unknown) => {
      throw explain(error, connection, call)
    },
  )
}

async function isReady(connection: Connection, { signal }: CallOptions = {}): Promise<boolean> {
  try {
    const url = toUrl(connection, 'readyz', {})
    const response = await fetchAnswer(connection, { method: 'GET', url, signal }, [])
    await response.body?.cancel()
    return response.ok
  } catch (error) {
    if (error instanceof UnreachableError) return false
    throw error
  }
}

function undefinedIfNotFound(error: unknown): undefined {
  if (error instanceof ApiError && error.status === 404) return undefined
  throw error
}
