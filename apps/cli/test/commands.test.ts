import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@sweepd/client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Cli, endUp, runCli, startCli, startUp } from './cli-process.js'

const folder = mkdtempSync(join(tmpdir(), 'sweepd-commands-'))
const TINY = { convLayers: [2, 2], hiddenLayers: [4], trainSize: 64, epochs: 2 }
const SHORT = { name: 'short', dataset: 'synthetic', space: { kernel: [3, 4] }, fixed: TINY }
const LONG = { ...SHORT, name: 'long', fixed: { ...TINY, epochs: 10_000 } }

let up: Cli
let url = ''
const run = (...args: string[]) => runCli(args, { SWEEPD_URL: url })
const client = () => createClient({ baseUrl: url })

beforeAll(async () => {
  ;({ up, url } = await startUp(join(folder, 'data')))
}, 90_000)
afterAll(() => endUp(up, folder), 30_000)

describe('a sweep that ends', () => {
  let id = ''
  let trialId = ''

  it('is told of before there is any', async () => {
    expect(await run('sweeps')).toMatchObject({ code: 0, output: expect.stringContaining('no sweeps yet') })
    expect(await run('trials')).toMatchObject({ code: 0, output: expect.stringContaining('no such trials') })
  })

  it('is run to its end, with a leaderboard', async () => {
    const file = join(folder, 'short.json')
    writeFileSync(file, JSON.stringify(SHORT))
    const { code, output } = await run('run', file)
    expect(output).toMatch(/trial 1 {2}kernel=4 {2}epoch 2\/2/)
    expect(output).toMatch(/^ {3}1 +#[01] +[34] +0\.\d{4}/m)
    expect(code).toBe(0)
    const { items } = await client().listSweeps()
    id = items[0]?.id ?? ''
    expect(output).toContain(id)
  }, 60_000)

  it('is listed', async () => {
    const { code, output } = await run('sweeps')
    expect(output).toMatch(new RegExp(`${id}  short  completed +2/2 +0 +val_acc 0\\.\\d{4}`))
    expect(code).toBe(0)
    const { stdout } = await run('sweeps', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ items: [{ id, state: 'completed' }], nextCursor: null })
  })

  it('is watched after its end, and as JSON says nothing else', async () => {
    expect(await run('watch', id)).toMatchObject({ code: 0, output: expect.stringContaining('rank  trial') })
    const { stdout } = await run('watch', id, '--json')
    const { sweep, trials } = JSON.parse(stdout)
    expect(sweep).toMatchObject({ id, state: 'completed' })
    expect(trials).toHaveLength(2)
    trialId = trials[0].id
  })

  it('has a leaderboard', async () => {
    const { code, output } = await run('trials', '--sweep', id, '--sort', 'loss', '--limit', '1')
    expect(output).toContain('and more than these 1')
    expect(code).toBe(0)
    const { stdout } = await run('--json', 'trials', '--state', 'completed')
    expect(JSON.parse(stdout).items).toHaveLength(2)
  })

  it('has a leaderboard of the trials that a filter lets through', async () => {
    const { stdout } = await run('--json', 'trials', '--sweep', id, '--filter', 'number=1 state=completed')
    expect(JSON.parse(stdout).items).toMatchObject([{ sweepId: id, number: 1 }])
    const none = await run('trials', '--sweep', id, '--filter', 'number>1')
    expect(none).toMatchObject({ code: 0, output: expect.stringContaining('No trial fulfils the filter') })
    const wrong = await run('trials', '--filter', 'nmber=1')
    expect(wrong).toMatchObject({ code: 1, output: expect.stringContaining('did you mean "number"?') })
  })

  it('shows a trial by its id, and by its sweep and number', async () => {
    const byId = await run('show', trialId)
    expect(byId.output).toMatch(/^Trial [01] of sweep short\ncompleted, epoch 2 of 2/)
    expect(byId.output).toMatch(/val_acc {3}[▁▂▃▄▅▆▇█]{2} {2}0\.\d{4} → 0\.\d{4}, best/)
    expect(byId.output).toMatch(/^class +precision +recall +F1 +images$/m)
    expect(byId.output).toContain('#1 completed on ')
    const byNumber = await run('show', id, '1', '--json')
    expect(JSON.parse(byNumber.stdout)).toMatchObject({ sweepId: id, number: 1 })
  })

  it('says which trials there are if there is none of that number', async () => {
    const { code, output } = await run('show', id, '7')
    expect(output).toContain('numbered from 0 to 1')
    expect(code).toBe(1)
    const unknown = await run('show', '00000000-0000-4000-8000-000000000000')
    expect(unknown).toMatchObject({
      code: 1,
      output: expect.stringContaining('npx sweepd show SWEEP NUMBER'),
    })
  })

  it('is exported to a file or to standard output, and leaves no half of a file', async () => {
    const file = join(folder, 'short.csv')
    const { code, output } = await run('export', id, '--out', file)
    expect(output).toMatch(/^Wrote the trials of sweep \S+ to \S+short\.csv \(\d/)
    expect(code).toBe(0)
    expect(readFileSync(file, 'utf8')).toMatch(/^number,trialId,state,kernel,.*\r\n0,\S+,completed,3,/)
    const epochs = await run('export', id, '--epochs', '--format', 'jsonl')
    const rows = epochs.stdout.trim().split('\n')
    expect(rows.map((row) => JSON.parse(row)).map(({ number, epoch }) => [number, epoch])).toEqual([
      [0, 1],
      [0, 2],
      [1, 1],
      [1, 2],
    ])
    const lost = await run('export', id, '--out', join(folder, 'no-folder', 'short.csv'))
    expect(lost).toMatchObject({ code: 1, output: expect.stringContaining('a folder that exists') })
    const unknown = await run('export', '00000000-0000-4000-8000-000000000000', '--out', file)
    expect(unknown).toMatchObject({ code: 1, output: expect.stringContaining('There is no sweep') })
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('has nothing to retry, and is deleted', async () => {
    expect((await run('retry', id)).output).toContain('no failed trials')
    const { code, output } = await run('delete', id)
    expect(output).toBe('Sweep short is deleted with its 2 trials.\n')
    expect(code).toBe(0)
    expect((await run('watch', id)).code).toBe(1)
  })
})

describe('doctor', () => {
  const examine = (env: Readonly<Record<string, string>> = {}) =>
    runCli(['doctor', '--json'], { SWEEPD_URL: url, SWEEPD_DATA_DIR: join(folder, 'data'), ...env })
  const topicsOf = (stdout: string, wanted: string) =>
    (JSON.parse(stdout) as { topic: string; verdict: string }[])
      .filter(({ verdict }) => verdict === wanted)
      .map(({ topic }) => topic)

  it('finds no fault where everything runs', async () => {
    const { code, stdout } = await examine()
    expect(topicsOf(stdout, 'fault')).toEqual([])
    const well = ['Node', 'engine', 'database', 'schema', 'transactions', 'queue', 'API', 'workers']
    expect(topicsOf(stdout, 'ok')).toEqual(expect.arrayContaining(well))
    expect(code).toBe(0)
  }, 60_000)

  it('ends with 1 and a remedy if servers are away', async () => {
    const nowhere = 'postgresql://nobody@127.0.0.1:1/none'
    const { code, stdout } = await examine({ DATABASE_URL: nowhere, REDIS_URL: 'redis://127.0.0.1:1' })
    expect(topicsOf(stdout, 'fault')).toEqual(['database', 'queue'])
    expect(stdout).toContain('REDIS_URL')
    expect(code).toBe(1)
  }, 60_000)
})

describe('a sweep that is running', () => {
  let id = ''

  beforeAll(async () => {
    id = (await client().createSweep(LONG)).id
    await vi.waitFor(async () => {
      const { items } = await client().listTrials({ sweepId: id, state: 'running' })
      expect(items[0]?.epochsDone).toBeGreaterThan(0)
    }, 30_000)
  }, 40_000)

  it('is paused, resumes, and takes a priority', async () => {
    expect((await run('pause', id)).output).toMatch(/^Sweep long is paused: /)
    expect(JSON.parse((await run('resume', id, '--json')).stdout)).toMatchObject({ id, state: 'running' })
    expect((await run('priority', id, '7')).output).toContain('has priority 7')
    expect((await client().getSweep(id)).priority).toBe(7)
  })

  it('is followed until Ctrl-C, and continues afterwards', async () => {
    const watch = startCli(['watch', id], { SWEEPD_URL: url })
    await vi.waitFor(() => expect(watch.output()).toContain('epoch'), 20_000)
    watch.process.kill('SIGINT')
    expect(await watch.ended).toBe(130)
    expect(watch.output()).toContain('the sweep continues')
    expect((await client().getSweep(id)).state).toBe('running')
  }, 40_000)

  it('has one trial cancelled, then all', async () => {
    expect((await run('cancel', id, '--trial', '1')).output).toBe('Trial 1 is cancelled.\n')
    expect((await run('retry', id, '--trial', '1')).code).toBe(1)
    expect((await run('cancel', id)).output).toContain('2 are cancelled')
    expect((await client().getSweep(id)).state).toBe('cancelled')
  })
})

describe('the services', () => {
  it('tell where the dashboard is, and that nothing is there', async () => {
    expect(await run('open')).toMatchObject({ code: 0, output: `Dashboard: ${url}/ui/\n` })
    const gone = await runCli(['open'], { SWEEPD_URL: 'http://127.0.0.1:9' })
    expect(gone).toMatchObject({ code: 1, output: expect.stringContaining('npx sweepd up') })
  })

  it('list their worker, and let it go', async () => {
    const { stdout } = await run('workers', '--json')
    const [worker] = JSON.parse(stdout).items
    expect((await run('workers')).output).toContain(worker.id)
    expect((await run('drain', worker.id)).output).toContain('takes no more trials')
    await vi.waitFor(() => expect(up.output()).toContain('The worker ended as it was asked to'), 20_000)
  }, 30_000)

  it('explain themselves', async () => {
    expect((await runCli(['--help'], {})).output).toContain('Exit codes:')
    expect(await runCli(['trials', '--limit', '0'], {})).toMatchObject({
      code: 1,
      output: expect.stringContaining('whole number from 1 to 500'),
    })
  })
})
