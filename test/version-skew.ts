// npm run test:skew -- --older COMMIT
// Two checkouts side by side: Postgres with the tables of this one, the API of this one, and a worker of an older commit,
// which is installed and built in a temporary git worktree. It trains a sweep, stands in GET /workers, and drains.
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createClient } from '@sweepd/client'
import { CleanUp, findFreePort } from '@sweepd/process'
import { startTestPostgres, waitUntil } from '@sweepd/testing'

const { values } = parseArgs({ options: { older: { type: 'string' } } })
if (values.older === undefined) throw new Error('usage: npm run test:skew -- --older COMMIT')
const ROOT = new URL('..', import.meta.url).pathname
const LIMIT_MS = 300_000

function checkOut(commit: string, cleanUp: CleanUp): string {
  const folder = mkdtempSync(join(tmpdir(), 'sweepd-skew-'))
  const call = (cwd: string, program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
  call(ROOT, 'git', 'worktree', 'add', '--detach', join(folder, 'older'), commit)
  cleanUp.add(async () => {
    call(ROOT, 'git', 'worktree', 'remove', '--force', join(folder, 'older'))
    rmSync(folder, { recursive: true, force: true })
  })
  call(join(folder, 'older'), 'npm', 'ci', '--no-audit', '--no-fund')
  call(join(folder, 'older'), 'npm', 'run', 'build')
  return join(folder, 'older')
}

async function check(older: string, cleanUp: CleanUp): Promise<void> {
  const postgres = await startTestPostgres()
  cleanUp.add(() => postgres.stop())
  const dataDir = mkdtempSync(join(tmpdir(), 'sweepd-skew-data-'))
  cleanUp.add(async () => rmSync(dataDir, { recursive: true, force: true }))
  const port = await findFreePort()
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: postgres.url,
    SWEEPD_DATA_DIR: dataDir,
    PORT: String(port),
    WORKER_SLOTS: '1',
    ENGINE: 'cpu',
    LOG_LEVEL: 'error',
  }
  const start = async (script: string) => {
    const child = fork(script, { env, execArgv: [] })
    cleanUp.add(async () => void child.kill('SIGKILL'))
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error(`${script} ended`))),
    ])
    return child
  }
  await start(join(ROOT, 'apps/api/dist/server.js'))
  const worker = await start(join(older, 'apps/worker/dist/main.js'))
  const client = createClient({ baseUrl: `http://127.0.0.1:${port}` })
  const sweep = await client.createSweep({
    name: 'two versions',
    dataset: 'synthetic',
    space: { lr: [0.001, 0.002, 0.003, 0.004] },
    fixed: { epochs: 2, trainSize: 320, convLayers: [4], hiddenLayers: [8] },
  })
  const isDone = async () => (await client.getSweep(sweep.id)).state === 'completed'
  await waitUntil('the older worker completes the sweep', isDone, LIMIT_MS)
  const { trialCounts } = await client.getSweep(sweep.id)
  const [listed] = (await client.listWorkers()).items
  if (trialCounts.completed !== 4 || listed?.state !== 'alive')
    throw new Error(JSON.stringify({ trialCounts, listed }))
  const exited = once(worker, 'exit')
  await client.drainWorker(listed.id)
  const [code] = await exited
  if (code !== 0) throw new Error(`the older worker ended with ${code} when it was drained`)
  console.log(
    `A worker of ${values.older} trained 4 of 4 trials on the tables and for the API of this checkout, and drained.`,
  )
}

const cleanUp = new CleanUp()
try {
  await check(checkOut(values.older, cleanUp), cleanUp)
} finally {
  await cleanUp.run()
}
