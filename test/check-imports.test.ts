import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'

const script = resolve(import.meta.dirname, '../scripts/check-imports.mjs')

interface Manifest {
  dependencies: Record<string, string>
  references: string[]
}

const CORE: Manifest = { dependencies: { '@sweepd/core': '0.1.0' }, references: ['../core'] }
const NOTHING: Manifest = { dependencies: {}, references: [] }
const PACKAGES: Record<string, Manifest> = {
  'packages/core': NOTHING,
  'packages/search': CORE,
  'packages/store': CORE,
  'packages/testing': NOTHING,
  'apps/api': NOTHING,
  'apps/worker': NOTHING,
}
const LIBRARIES = [
  'vitest',
  'zod',
  '@prisma/client',
  'bullmq',
  'ioredis',
  '@tensorflow/tfjs-core',
  'onnxruntime-node',
]

/** Runs the check on a tree of these packages and source files. */
function check(packages: Record<string, Manifest>, sources: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), 'sweepd-imports-'))
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  write('package.json', '{}')
  mkdirSync(join(root, 'node_modules/@sweepd'), { recursive: true })
  for (const library of LIBRARIES) {
    write(`node_modules/${library}/package.json`, JSON.stringify({ name: library, main: 'index.js' }))
    write(`node_modules/${library}/index.js`, '')
  }
  for (const [folder, { dependencies, references }] of Object.entries(packages)) {
    const name = `@sweepd/${basename(folder)}`
    write(
      `${folder}/package.json`,
      JSON.stringify({ name, dependencies, exports: { '.': './dist/index.js' } }),
    )
    write(
      `${folder}/tsconfig.json`,
      JSON.stringify({ references: references.map((path) => ({ path })) }).replaceAll(':', ': '),
    )
    write(`${folder}/dist/index.js`, 'export {}')
    write(`${folder}/src/page.ts`, 'export {}')
    symlinkSync(join(root, folder), join(root, 'node_modules', name))
  }
  for (const [file, text] of Object.entries(sources)) write(file, text)
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, root], { encoding: 'utf8' })
  rmSync(root, { recursive: true })
  return { status, output: stripVTControlCharacters(stdout + stderr) }
}

it('passes imports in allowed directions, and test servers and vitest in tests', () => {
  const test = "import { it } from 'vitest'\nimport { startRedis } from '@sweepd/testing'"
  const { status, output } = check(PACKAGES, {
    'packages/search/src/grid.ts':
      "import { join } from 'node:path'\nimport type { Page } from '@sweepd/core'",
    'packages/search/src/index.ts': "export * from './grid.js'",
    'packages/store/src/store.test.ts': test,
    'packages/store/test/store.test.ts': test,
  })
  expect(output).toContain('no dependency violations found')
  expect(status).toBe(0)
})

describe('a tree with violations', () => {
  const VIOLATIONS: [what: string, file: string, specifier: string, rule: string][] = [
    ['an import against the direction', 'packages/core/src/a.ts', '@sweepd/search', 'core-edges'],
    ['an import between apps', 'apps/api/src/b.ts', '@sweepd/worker', 'api-edges'],
    ['a deep import', 'packages/search/src/c.ts', '@sweepd/core/src/page.js', 'no-unresolvable'],
    [
      'a way through the file system',
      'packages/search/src/d.ts',
      '../../core/src/page.js',
      'no-way-through-files',
    ],
    ['Prisma outside of the store', 'apps/api/src/e.ts', '@prisma/client', 'only-prisma'],
    ['BullMQ outside of the queue', 'apps/worker/src/f.ts', 'bullmq', 'only-queue'],
    ['ioredis outside of the queue', 'apps/api/src/g.ts', 'ioredis', 'only-queue'],
    ['tensors outside of the model', 'apps/worker/src/h.ts', '@tensorflow/tfjs-core', 'only-tensors'],
    ['ONNX Runtime outside of the model', 'apps/worker/src/i.ts', 'onnxruntime-node', 'only-tensors'],
    ['test servers in a source', 'apps/api/src/j.ts', '@sweepd/testing', 'api-edges'],
    ['an undeclared library', 'packages/search/src/k.ts', 'zod', 'no-undeclared'],
    ['a package that does not exist', 'apps/api/src/l.ts', 'nowhere', 'no-unresolvable'],
  ]
  let result: ReturnType<typeof check>

  beforeAll(() => {
    const sources = VIOLATIONS.map(([, file, specifier]) => [
      file,
      `export const a = () => import('${specifier}')`,
    ])
    result = check(PACKAGES, Object.fromEntries(sources))
  })

  it.each(VIOLATIONS)('is refused for %s', (_what, file, _specifier, rule) => {
    expect(result.output).toContain(`error ${rule}: ${file} `)
  })

  it('ends with an exit code other than 0', () => {
    expect(result.status).not.toBe(0)
  })
})

it('refuses a package that nobody has placed in the table', () => {
  const { status, output } = check({ ...PACKAGES, 'packages/stranger': NOTHING }, {})
  expect(output).toContain('packages/stranger: unknown package')
  expect(status).not.toBe(0)
})

it('refuses a dependency that the compiler is not told of', () => {
  const { status, output } = check({ ...PACKAGES, 'packages/store': { ...CORE, references: [] } }, {})
  expect(output).toContain('packages/store: core is not in the references')
  expect(status).not.toBe(0)
})
