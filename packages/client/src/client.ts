import {
  type Dataset,
  type DatasetSummary,
  datasetListSchema,
  datasetSchema,
  type MetricName,
  type Page,
  type SortOrder,
  type Sweep,
  type SweepChanges,
  type SweepCurves,
  type SweepPoints,
  type SweepPreview,
  type SweepRetry,
  type SweepTimeline,
  sweepCurvesSchema,
  sweepPageSchema,
  sweepPointsSchema,
  sweepPreviewSchema,
  sweepRetrySchema,
  sweepSchema,
  sweepTimelineSchema,
  type Trial,
  type TrialDetail,
  type TrialField,
  type TrialState,
  trialDetailSchema,
  trialPageSchema,
  type Worker,
  workerListSchema,
  workerSchema,
} from '@sweepd/core'
import { ApiError, UnreachableError } from './errors.js'
import { type Call, type Connection, explain, fetchAnswer } from './fetch-answer.js'
import { type ClientEvent, type EventsQuery, followEvents } from './follow-events.js'
import { type AnswerSchema, parseAnswer } from './parse-answer.js'

/** Where the API is and how it is spoken to. */
export interface ClientOptions {
  /** Such as `http://127.0.0.1:3000`; a path is kept as a prefix. */
  readonly baseUrl: string
  /** The API's `API_TOKEN`, if it has one. */
  readonly token?: string | undefined
  /** Instead of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined
  /** Longest wait for one response in milliseconds; by default 30,000, and 300,000 to create a sweep. */
  readonly timeoutMs?: number | undefined
}

/** What every call takes. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

/** What creating a sweep takes. */
export interface CreateOptions extends CallOptions {
  /**
   * Any text that is new for each sweep, such as a UUID: however often the request arrives, it makes one sweep. With it,
   * a request whose connection breaks is sent again.
   */
  readonly idempotencyKey?: string | undefined
}

/** Which part of a list. */
export interface PageQuery {
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

/** Which trials of a sweep by column; `filter` is as `lr<=0.001 optimizer=adam state=completed`. */
export interface PointsQuery {
  readonly sort?: TrialField | 'spread' | undefined
  readonly order?: SortOrder | undefined
  readonly filter?: string | undefined
  readonly offset?: number | undefined
  readonly limit?: number | undefined
}

/** Which learning curves: of these trials, or else of the `best`. */
export interface CurvesQuery {
  readonly trials?: readonly string[] | undefined
  readonly best?: number | undefined
}

/** What an export holds and how it is written; unless told, trials as CSV. */
export interface ExportQuery {
  readonly format?: 'csv' | 'jsonl' | undefined
  readonly of?: 'trials' | 'epochs' | undefined
}

/** A data set in canonical form, as packages/dataset makes it. */
export interface CanonicalUpload {
  readonly manifest: object
  /** Of `data.bin`, in order. */
  readonly pieces: AsyncIterable<Uint8Array>
}

/** Which trials, and in what order; without `sort` the newest first. */
export interface TrialListQuery extends PageQuery {
  readonly sort?: MetricName | undefined
  readonly order?: SortOrder | undefined
  readonly sweepId?: string | undefined
  readonly state?: TrialState | undefined
  /** Conditions that must all be true, as `lr<=0.001 optimizer=adam val_acc>0.92 state=completed`. */
  readonly filter?: string | undefined
}

/**
 * The API over HTTP. Every method throws ApiError if the API refuses, UnreachableError if nobody answers,
 * and UnexpectedAnswerError if something other than this API answers. `find…` returns undefined for an unknown id.
 */
export interface SweepClient {
  createSweep(definition: unknown, options?: CreateOptions): Promise<Sweep>
  /** Counts and checks; nothing is stored. */
  previewSweep(definition: unknown, options?: CallOptions): Promise<SweepPreview>
  getSweep(id: string, options?: CallOptions): Promise<Sweep>
  findSweep(id: string, options?: CallOptions): Promise<Sweep | undefined>
  listSweeps(query?: PageQuery, options?: CallOptions): Promise<Page<Sweep>>
  /** Its trials by column, filtered and sorted; for tables and charts. */
  listPoints(id: string, query?: PointsQuery, options?: CallOptions): Promise<SweepPoints>
  /** Learning curves of these trials, or of the best ones. */
  listCurves(id: string, query?: CurvesQuery, options?: CallOptions): Promise<SweepCurves>
  /** Which worker worked on what, while it ran. */
  getTimeline(id: string, options?: CallOptions): Promise<SweepTimeline>
  /** Its trials or epochs as text, while the API writes it; a connection that breaks fails the stream. */
  exportSweep(id: string, query?: ExportQuery, options?: CallOptions): Promise<ReadableStream<Uint8Array>>
  /** Running trials finish their epoch and wait. */
  pauseSweep(id: string, options?: CallOptions): Promise<Sweep>
  resumeSweep(id: string, options?: CallOptions): Promise<Sweep>
  /** Ends the sweep and all its trials that have not ended. */
  cancelSweep(id: string, options?: CallOptions): Promise<Sweep>
  /** Queues its failed trials again, to begin anew. */
  retrySweep(id: string, options?: CallOptions): Promise<SweepRetry>
  /** Changes what may change while it runs. */
  updateSweep(id: string, changes: SweepChanges, options?: CallOptions): Promise<Sweep>
  /** Forgets an ended sweep with all its trials. */
  deleteSweep(id: string, options?: CallOptions): Promise<void>
  listTrials(query?: TrialListQuery, options?: CallOptions): Promise<Page<Trial>>
  getTrial(id: string, options?: CallOptions): Promise<TrialDetail>
  findTrial(id: string, options?: CallOptions): Promise<TrialDetail | undefined>
  cancelTrial(id: string, options?: CallOptions): Promise<TrialDetail>
  /** Queues a failed trial again, to begin anew. */
  retryTrial(id: string, options?: CallOptions): Promise<TrialDetail>
  /** Every version of the data sets that were added. */
  listDatasets(options?: CallOptions): Promise<{ readonly items: readonly DatasetSummary[] }>
  /** `letters` for its newest version, or `letters@2`. */
  getDataset(name: string, options?: CallOptions): Promise<Dataset>
  /** Adds a version, unless one has this content already. */
  addDataset(name: string, upload: CanonicalUpload, options?: CallOptions): Promise<Dataset>
  /** Removes all versions, or `letters@2`. */
  removeDataset(name: string, options?: CallOptions): Promise<void>
  listWorkers(
    options?: CallOptions,
  ): Promise<{ readonly items: readonly Worker[]; readonly unfinishedTrials: number }>
  /** Asks a worker to give its trials back at the end of their epoch, and to end. */
  drainWorker(id: string, options?: CallOptions): Promise<Worker>
  /**
   * What changes, as it changes, until the signal aborts; opened again and continued whenever the connection breaks. What
   * is read after `open` holds all before it; after `reset`, read everything anew.
   */
  events(query: EventsQuery): AsyncIterable<ClientEvent>
  /** Whether the API is there and its store and queue answer; false at once for a server that is not there. */
  isReady(options?: CallOptions): Promise<boolean>
}

/** A sweep of 100,000 trials takes a minute to store, queue or cancel, and whoever gives up on it does not know. */
const READ_TIMEOUT_MS = 30_000
const WRITE_TIMEOUT_MS = 300_000
/** An export goes on as long as its reader takes it; a connection on which nothing comes fails before that. */
const EXPORT_TIMEOUT_MS = 24 * 3_600_000
/** The same for a data set of gigabytes, the other way. */
const UPLOAD_TIMEOUT_MS = EXPORT_TIMEOUT_MS

/** Throws TypeError if `baseUrl` is no URL. */
export function createClient(options: ClientOptions): SweepClient {
  const connection = toConnection(options)
  const send = <T>(request: Request, schema: AnswerSchema<T>, { signal }: CallOptions = {}) => {
    const { method = 'GET', path, query = {}, body, headers = {}, isRepeatable = true } = request
    const url = toUrl(connection, path, query)
    const json = body === undefined ? undefined : JSON.stringify(body)
    return ask(connection, { method, url, headers, body: json, isRepeatable, signal }, schema)
  }
  /** A command to one thing: given again, it changes nothing more. */
  const command = <T>(path: string, schema: AnswerSchema<T>, call?: CallOptions) =>
    send({ method: 'POST', path }, schema, call)
  const getSweep = (id: string, call?: CallOptions) => send({ path: sweepPath(id) }, sweepSchema, call)
  const getTrial = (id: string, call?: CallOptions) => send({ path: trialPath(id) }, trialDetailSchema, call)
  return {
    createSweep: (definition, call) => send(toCreation(definition, call), sweepSchema, call),
    previewSweep: (definition, call) =>
      send(
        { method: 'POST', path: 'sweeps', query: { dryRun: true }, body: definition },
        sweepPreviewSchema,
        call,
      ),
    getSweep,
    findSweep: (id, call) => getSweep(id, call).catch(undefinedIfNotFound),
    listSweeps: (query, call) => send({ path: 'sweeps', query }, sweepPageSchema, call),
    listPoints: (id, query, call) =>
      send({ path: `${sweepPath(id)}/points`, query }, sweepPointsSchema, call),
    listCurves: (id, { trials, best } = {}, call) =>
      send(
        { path: `${sweepPath(id)}/curves`, query: { trials: trials?.join(','), best } },
        sweepCurvesSchema,
        call,
      ),
    getTimeline: (id, call) => send({ path: `${sweepPath(id)}/timeline` }, sweepTimelineSchema, call),
    exportSweep: (id, query, call) => openExport(connection, id, query, call),
    pauseSweep: (id, call) => command(`${sweepPath(id)}/pause`, sweepSchema, call),
    resumeSweep: (id, call) => command(`${sweepPath(id)}/resume`, sweepSchema, call),
    cancelSweep: (id, call) => command(`${sweepPath(id)}/cancel`, sweepSchema, call),
    retrySweep: (id, call) => command(`${sweepPath(id)}/retry`, sweepRetrySchema, call),
    updateSweep: (id, changes, call) =>
      send({ method: 'PATCH', path: sweepPath(id), body: changes }, sweepSchema, call),
    deleteSweep: (id, call) => send({ method: 'DELETE', path: sweepPath(id) }, NOTHING, call),
    listTrials: (query, call) => send({ path: 'trials', query }, trialPageSchema, call),
    getTrial,
    findTrial: (id, call) => getTrial(id, call).catch(undefinedIfNotFound),
    cancelTrial: (id, call) => command(`${trialPath(id)}/cancel`, trialDetailSchema, call),
    retryTrial: (id, call) => command(`${trialPath(id)}/retry`, trialDetailSchema, call),
    listDatasets: (call) => send({ path: 'datasets' }, datasetListSchema, call),
    getDataset: (name, call) => send({ path: datasetPath(name) }, datasetSchema, call),
    addDataset: (name, upload, call) => sendDataset(connection, name, upload, call),
    removeDataset: (name, call) => send({ method: 'DELETE', path: datasetPath(name) }, NOTHING, call),
    listWorkers: (call) => send({ path: 'workers' }, workerListSchema, call),
    drainWorker: (id, call) => command(`workers/${encodeURIComponent(id)}/drain`, workerSchema, call),
    events: (query) => followEvents(connection, query),
    isReady: (call) => isReady(connection, call),
  }
}

/** A request as the methods describe it; unless told, a GET, and repeatable. */
interface Request {
  readonly method?: Call['method']
  readonly path: string
  readonly query?: object | undefined
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly isRepeatable?: boolean
}

const sweepPath = (id: string): string => `sweeps/${encodeURIComponent(id)}`
const datasetPath = (name: string): string => `datasets/${encodeURIComponent(name)}`
const trialPath = (id: string): string => `trials/${encodeURIComponent(id)}`

/** A response without a body. */
const NOTHING: AnswerSchema<void> = { safeParse: () => ({ success: true, data: undefined }) }

function toCreation(definition: unknown, { idempotencyKey }: CreateOptions = {}): Request {
  const headers: Readonly<Record<string, string>> =
    idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
  const isRepeatable = idempotencyKey !== undefined
  return { method: 'POST', path: 'sweeps', body: definition, headers, isRepeatable }
}

function toConnection({ baseUrl, token, fetch = globalThis.fetch, timeoutMs }: ClientOptions): Connection {
  const { address, authorization } = parseBaseUrl(baseUrl, token)
  return {
    baseUrl: address,
    headers: {
      accept: 'application/json, application/problem+json',
      ...(authorization === undefined ? {} : { authorization }),
    },
    fetch,
    timeoutMs: {
      GET: timeoutMs ?? READ_TIMEOUT_MS,
      POST: timeoutMs ?? WRITE_TIMEOUT_MS,
      PATCH: timeoutMs ?? WRITE_TIMEOUT_MS,
      DELETE: timeoutMs ?? WRITE_TIMEOUT_MS,
    },
  }
}

/**
 * The address without its user and password, which messages would show and `fetch` refuses. They are for a proxy in
 * front of the API, and sent as it expects them.
 */
function parseBaseUrl(
  baseUrl: string,
  token: string | undefined,
): { readonly address: string; readonly authorization: string | undefined } {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    // What cannot be parsed may hold a password as well.
    const shown = baseUrl.includes('@') ? 'The base URL' : JSON.stringify(baseUrl)
    throw new TypeError(`${shown} is not the address of an API; give one such as http://127.0.0.1:3000`)
  }
  const { origin, pathname, search, hash, username, password } = url
  const address = `${origin}${pathname}`.replace(/\/+$/, '')
  if (search !== '' || hash !== '')
    throw new TypeError(
      `The address of an API ends with its path; leave out what follows ${address} (a query or a fragment).`,
    )
  const hasUser = username !== '' || password !== ''
  if (hasUser && token !== undefined)
    throw new TypeError(
      `The address ${address} has a user or a password, and there is an API token too; a request can carry one of them. ` +
        'Leave one out.',
    )
  if (hasUser) {
    const bytes = new TextEncoder().encode(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)
    return { address, authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` }
  }
  return { address, authorization: token === undefined ? undefined : `Bearer ${token}` }
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

async function openExport(
  { timeoutMs, ...connection }: Connection,
  id: string,
  query: ExportQuery = {},
  { signal }: CallOptions = {},
): Promise<ReadableStream<Uint8Array>> {
  const url = toUrl({ timeoutMs, ...connection }, `${sweepPath(id)}/export`, query)
  const patient = { ...connection, timeoutMs: { ...timeoutMs, GET: EXPORT_TIMEOUT_MS } }
  const response = await fetchAnswer(patient, { method: 'GET', url, isRepeatable: true, signal })
  if (!response.ok) await parseAnswer(response, NOTHING, `GET ${url.pathname}${url.search}`)
  return response.body ?? new ReadableStream()
}

/** Its media type: the manifest as one line of JSON, then the bytes. */
const CANONICAL_TYPE = 'application/vnd.sweepd.dataset'

function sendDataset(
  { timeoutMs, ...connection }: Connection,
  name: string,
  { manifest, pieces }: CanonicalUpload,
  { signal }: CallOptions = {},
): Promise<Dataset> {
  const patient = { ...connection, timeoutMs: { ...timeoutMs, POST: UPLOAD_TIMEOUT_MS } }
  const url = toUrl(patient, 'datasets', { name })
  const headers = { 'content-type': CANONICAL_TYPE }
  const body = toStream(manifest, pieces)
  return ask(patient, { method: 'POST', url, headers, body, isRepeatable: false, signal }, datasetSchema)
}

function toStream(manifest: object, pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(`${JSON.stringify(manifest)}\n`)),
    async pull(controller) {
      const { value, done } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: async () => void (await iterator.return?.()),
  })
}

async function isReady(connection: Connection, { signal }: CallOptions = {}): Promise<boolean> {
  try {
    const url = toUrl(connection, 'readyz', {})
    const response = await fetchAnswer(connection, { method: 'GET', url, isRepeatable: false, signal })
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
