import { createServer } from 'node:net'
import { CliError } from '../cli-error.js'

/**
 * The port that a server could listen on now: the given one, or any free one for 0; undefined if it is taken.
 * @throws CliError for a host that is not of this machine, or a port that needs more rights.
 */
export function probePort(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'EADDRINUSE') resolve(undefined)
      else
        reject(new CliError(`Nothing can listen on ${host}:${port} (${code}). Set HOST and PORT to others.`))
    })
    server.listen(port, host, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined))
    })
  })
}
