import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createMemoryGroup } from '../../test/memory-group.js'
import { watchOomKills } from './oom-kills.js'

/** A tree of files as a kernel shows them to process 7. */
function createSystem(files: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), 'sweepd-oom-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  for (const [file, text] of Object.entries(files)) write(file, text)
  return { root, write }
}

const count = (kills: number) => `low 0\noom 3\noom_kill ${kills}\noom_group_kill 0\n`
const VMSTAT = { 'proc/vmstat': count(9) }

describe('the out-of-memory killer', () => {
  it.each([
    ['cgroup v2', '0::/a/b\n', 'sys/fs/cgroup/a/b/memory.events'],
    ['a container with cgroup v2', '0::/\n', 'sys/fs/cgroup/memory.events'],
    ['cgroup v1', '4:memory:/a/b\n0::/\n', 'sys/fs/cgroup/memory/a/b/memory.oom_control'],
    ['a container with cgroup v1', '4:cpu,memory:/host\n', 'sys/fs/cgroup/memory/memory.oom_control'],
    ['a kernel without groups', '', 'proc/vmstat'],
  ])('is noticed by the counter of %s', (_, groups, file) => {
    const { root, write } = createSystem({ ...VMSTAT, 'proc/7/cgroup': groups, [file]: count(2) })
    const hasKilled = watchOomKills(7, root)
    expect(hasKilled()).toBe(false)
    write(file, count(3))
    expect(hasKilled()).toBe(true)
    expect(watchOomKills(7, root)()).toBe(false)
  })

  it('is not suspected where nothing counts its kills', () => {
    expect(watchOomKills(7, createSystem({}).root)()).toBe(false)
  })

  it('of a group with a limit is seen to kill what exceeds it', async ({ skip }) => {
    const group = createMemoryGroup(64 * 2 ** 20)
    if (group === undefined) return skip('no right to create a control group with a limit here')
    const script = `echo $$ > ${group.processesFile}; exec "$0" -e 'setTimeout(() => Buffer.alloc(2 ** 30, 1), 500)'`
    const child = spawn('/bin/sh', ['-c', `sleep 0.2; ${script}`, process.execPath])
    const joined = new Promise((resolve) => setTimeout(resolve, 450))
    const exited = once(child, 'exit')
    await joined
    const hasKilled = watchOomKills(child.pid ?? 0)
    expect(hasKilled()).toBe(false)
    expect(await exited).toEqual([null, 'SIGKILL'])
    expect(hasKilled()).toBe(true)
    group.remove()
  })
})
