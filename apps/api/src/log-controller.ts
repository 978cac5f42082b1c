import { type FastifyReply, type FastifyRequest, LogController } from 'fastify'

const READS = ['GET', 'HEAD']

/**
 * One line per request, when it is answered, instead of Fastify's two. Reads that succeed are logged at debug: a
 * command line that follows a sweep asks twice a second.
 */
export class OneLinePerRequest extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(err: Error | null, request: FastifyRequest, reply: FastifyReply): void {
    const line = { req: request, res: reply, responseTime: reply.elapsedTime }
    if (err) reply.log.error({ ...line, err }, 'request errored')
    else if (READS.includes(request.method) && reply.statusCode < 400)
      reply.log.debug(line, 'request completed')
    else reply.log.info(line, 'request completed')
  }
}
