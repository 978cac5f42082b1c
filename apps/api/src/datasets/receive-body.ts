import type { FastifyRequest } from 'fastify'
import { HttpError } from '../problems/http-error.js'

/** An upload that stands still for so long has broken off. */
const IDLE_MS = 60_000

/**
 * The bytes of a request as they come.
 * @throws HttpError if they are more than `maxBytes`, or nothing comes for a minute; the error of a connection that breaks
 */
export async function* receiveBody(
  { raw }: Pick<FastifyRequest, 'raw'>,
  maxBytes: number,
): AsyncGenerator<Buffer> {
  const announced = Number(raw.headers['content-length'] ?? 0)
  if (announced > maxBytes) throw tooLarge(maxBytes)
  let received = 0
  let isIdle = false
  const timer = setTimeout(() => {
    isIdle = true
    raw.emit('error', new Error('nothing came for too long'))
  }, IDLE_MS)
  try {
    for await (const piece of raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      timer.refresh()
      received += piece.length
      if (received > maxBytes) throw tooLarge(maxBytes)
      yield piece
    }
    if (!raw.complete) throw brokenOff()
  } catch (error) {
    if (isIdle)
      throw new HttpError(408, 'too-slow', `Nothing came for ${IDLE_MS / 1000} s; send the data set again.`)
    throw (error as NodeJS.ErrnoException).code === 'ECONNRESET' ? brokenOff(error) : error
  } finally {
    clearTimeout(timer)
    // Whoever is still sending is to read the answer.
    raw.resume()
  }
}

const brokenOff = (cause?: unknown) =>
  new HttpError(
    400,
    'broken-upload',
    'The upload broke off before its end; nothing was stored. Send it again.',
    {
      cause,
    },
  )

const tooLarge = (maxBytes: number) =>
  new HttpError(
    413,
    'too-large',
    `A data set may have ${maxBytes} bytes (${(maxBytes / 2 ** 20).toFixed(1)} MiB); the operator of this service can raise MAX_DATASET_BYTES.`,
  )
