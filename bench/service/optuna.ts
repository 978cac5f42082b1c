import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** Optuna on the same server, in a database of its own. */
export interface Optuna {
  readonly version: string
  /** Milliseconds per trial of so many, on so many threads. */
  measure(trials: number, lanes: number): Promise<number>
  close(): Promise<void>
}

/** Undefined where no Python has optuna and psycopg2. */
export async function startOptuna(databaseUrl: string): Promise<Optuna | undefined> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query('CREATE DATABASE optuna')
  await client.end()
  const url = Object.assign(new URL(databaseUrl), { pathname: '/optuna' }).href
  const script = new URL('./optuna-peer.py', import.meta.url).pathname
  // biome-ignore lint/suspicious/noUndeclaredEnvVars: no task of turbo runs this
  for (const python of [process.env['BENCH_PYTHON'] ?? 'python3', '/usr/bin/python3']) {
    const child = spawn(python, [script, url], { stdio: ['pipe', 'pipe', 'ignore'] })
    child.on('error', () => {})
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const version = await lines.next()
    if (version.done) continue
    return {
      version: version.value,
      async measure(trials, lanes) {
        child.stdin.write(`${trials} ${lanes}\n`)
        return Number((await lines.next()).value)
      },
      async close() {
        const exited = once(child, 'exit')
        child.stdin.end()
        await exited
      },
    }
  }
  return undefined
}
