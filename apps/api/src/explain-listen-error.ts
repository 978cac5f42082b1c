import type { Env } from './env.js'

/** The API cannot listen on its address; the message has the remedy. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

/** A failure to listen as a ListenError if there is a remedy; other errors stay as they are. */
export function explainListenError(error: unknown, { HOST, PORT }: Pick<Env, 'HOST' | 'PORT'>): unknown {
  const remedy = findRemedy((error as { code?: string } | null)?.code, HOST, PORT)
  return remedy === undefined ? error : new ListenError(remedy, { cause: error })
}

function findRemedy(code: string | undefined, host: string, port: number): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is taken. Stop what listens there, or set PORT to another (0 takes a free one).`
    case 'EACCES':
      return `Port ${port} may not be used by this user. Set PORT to one above 1023.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST ${host} is no address of this machine. Set HOST to 127.0.0.1, or to 0.0.0.0 for all addresses.`
    default:
      return undefined
  }
}
