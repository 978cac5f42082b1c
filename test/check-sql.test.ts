// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are sources to check
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'

const script = resolve(import.meta.dirname, '../scripts/check-sql.mjs')

/** Runs the check on a tree of these source files, or on this repository. */
function check(sources?: readonly string[]) {
  const root = mkdtempSync(join(tmpdir(), 'sweepd-sql-'))
  mkdirSync(join(root, 'packages/store/src'), { recursive: true })
  for (const [index, text] of sources?.entries() ?? [])
    writeFileSync(join(root, `packages/store/src/${index}.ts`), text)
  const args = sources === undefined ? [] : [root]
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' })
  rmSync(root, { recursive: true })
  return { status, output: stdout + stderr }
}

it('passes for this repository', () => {
  expect(check().output).toMatch(/^SQL takes values by parameters only in \d+ files\.\n$/)
})

it('passes tags of templates, literals and constants', () => {
  const sources = [
    'prisma.$queryRaw`SELECT ${id}`',
    'transaction.$executeRaw`DELETE FROM trial WHERE id = ${id}::uuid AND ${Prisma.sql`true`}`',
    "client.query('SELECT $1', [id])",
    'client.query(`SET search_path TO ${DEFAULT_SCHEMA}`)',
    'client.query(CREATE_TABLE)',
  ]
  expect(check(sources)).toEqual({
    status: 0,
    output: 'SQL takes values by parameters only in 5 files.\n',
  })
})

describe('a tree with violations', () => {
  const VIOLATIONS: [source: string, complaint: string][] = [
    ['prisma.$queryRawUnsafe(text)', 'uses prisma.$queryRawUnsafe'],
    ['prisma.$executeRawUnsafe`x`', 'uses prisma.$executeRawUnsafe'],
    ['Prisma.sql`${Prisma.raw(name)}`', 'uses Prisma.raw'],
    ['prisma.$queryRaw(text)', 'calls $queryRaw'],
    ['client.query(`SELECT ${id}`)', 'composes a statement'],
    ["client.query('SELECT ' + id)", 'composes a statement'],
    ['client.query(statement)', 'composes a statement'],
  ]
  let result: ReturnType<typeof check>

  beforeAll(() => {
    result = check(VIOLATIONS.map(([source]) => `const x = 1\n${source}`))
  })

  it.each(VIOLATIONS.map((violation, index) => [index, ...violation] as const))(
    'is refused for number %i, %s',
    (index, _, complaint) => {
      expect(result.output).toContain(`packages/store/src/${index}.ts:2 ${complaint}`)
    },
  )

  it('ends with exit code 1', () => {
    expect(result.status).toBe(1)
  })
})
