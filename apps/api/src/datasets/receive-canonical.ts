import { isDeepStrictEqual } from 'node:util'
import { InvalidInputError, MalformedJsonError, parseJson } from '@sweepd/core'
import {
  type CanonicalManifest,
  CanonicalScan,
  canonicalManifestSchema,
  layoutOf,
  shapeOf,
} from '@sweepd/dataset'
import type { DatasetUpload } from '@sweepd/scheduler'
import { HttpError } from '../problems/http-error.js'

/** Media type of a data set in canonical form: its manifest as one line of JSON, then the bytes of `data.bin`. */
export const CANONICAL_TYPE = 'application/vnd.sweepd.dataset'

/** A thousand classes with long names in three splits are a tenth of it. */
const MAX_MANIFEST_BYTES = 4 * 1024 ** 2

/**
 * A data set that is sent in canonical form. Its manifest is compared with what the bytes say once they have all passed by.
 * @throws HttpError or InvalidInputError if it is none
 */
export async function receiveCanonical(name: string, body: AsyncGenerator<Buffer>): Promise<DatasetUpload> {
  const { line, rest } = await readLine(body)
  const manifest = parseManifest(line)
  const { digest, ...content } = manifest
  const { sizeBytes } = layoutOf(shapeOf(manifest))
  return { name, digest, content, sizeBytes, pieces: check(manifest, join(rest, body)) }
}

async function readLine(body: AsyncGenerator<Buffer>): Promise<{ line: Buffer; rest: Buffer }> {
  const pieces: Buffer[] = []
  let length = 0
  // Not for await: it would end the body when the line has ended.
  for (;;) {
    const { value, done } = await body.next()
    if (done) throw refuse('it ends within the line of its manifest')
    const end = value.indexOf(0x0a)
    pieces.push(end === -1 ? value : value.subarray(0, end))
    length += value.length
    if (end !== -1) return { line: Buffer.concat(pieces), rest: value.subarray(end + 1) }
    if (length > MAX_MANIFEST_BYTES) throw refuse('its manifest is no line of JSON of at most 4 MiB')
  }
}

function parseManifest(line: Buffer): CanonicalManifest {
  try {
    return canonicalManifestSchema.parse(parseJson(line.toString()))
  } catch (cause) {
    if (cause instanceof MalformedJsonError) throw refuse(`its manifest is not JSON: ${cause.message}`)
    const { issues } = cause as { issues?: { path: PropertyKey[]; message: string }[] }
    if (issues === undefined) throw cause
    throw new InvalidInputError(
      issues.map(({ path, message }) => ({
        pointer: `#/manifest/${path.map(String).join('/')}`,
        detail: message,
      })),
    )
  }
}

async function* join(rest: Buffer, body: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (rest.length > 0) yield rest
  yield* body
}

async function* check(
  manifest: CanonicalManifest,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const scan = new CanonicalScan(shapeOf(manifest))
  const scanned = <T>(work: () => T): T => {
    try {
      return work()
    } catch (cause) {
      if (cause instanceof RangeError) throw refuse(cause.message)
      throw cause
    }
  }
  for await (const piece of pieces) {
    scanned(() => scan.add(piece))
    yield piece
  }
  const found = scanned(() => scan.finish(manifest.checks))
  if (found.digest !== manifest.digest)
    throw refuse(`its bytes have the digest ${found.digest}, not the ${manifest.digest} of its manifest`)
  if (!isDeepStrictEqual(found, manifest))
    throw refuse('its manifest counts other classes or pixels than it has')
}

const refuse = (reason: string) =>
  new HttpError(400, 'invalid-dataset', `This is no data set in canonical form: ${reason}.`)
