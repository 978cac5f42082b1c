import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
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
  'packages/store': { dependencies: { '@sweepd/core': '0.1.0' }, references: [] },
  'apps/api': NOTHING,
  'apps/worker': NOTHING,
}

/** Runs the check on a tree of these packages and source files. */
function check(packages: Record<string, Manifest>, sources: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), 'sweepd-imports-'))
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  for (const [folder, { dependencies, references }] of Object.entries(packages)) {
    write(`${folder}/package.json`, JSON.stringify({ dependencies }))
    write(`${folder}/tsconfig.json`, JSON.stringify({ references: references.map((path) => ({ path })) }))
  }
  for (const [file, text] of Object.entries(sources)) write(file, text)
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, root], { encoding: 'utf8' })
  rmSync(root, { recursive: true })
  return { status, output: stdout + stderr }
}

it('passes imports in allowed directions, and test servers and vitest in tests', () => {
  const test = "import { it } from 'vitest'\nimport { startRedis } from '@sweepd/testing'"
  const sources = {
    'packages/search/src/grid.ts':
      "import { join } from 'node:path'\nimport type { Page } from '@sweepd/core'",
    'packages/search/src/index.ts': "export * from './grid.js'",
    'packages/store/src/store.test.ts': test,
    'packages/store/test/store.test.ts': test,
  }
  expect(check(PACKAGES, sources)).toEqual({
    status: 0,
    output: 'The imports of 5 packages point in allowed directions.\n',
  })
})

describe('a tree with violations', () => {
  const VIOLATIONS: [what: string, file: string, specifier: string, complaint: string][] = [
    ['an import against the direction', 'packages/core/src/a.ts', '@sweepd/search', 'core may not import'],
    ['an import between apps', 'apps/api/src/b.ts', '@sweepd/worker', 'api may not import worker'],
    ['a deep import', 'packages/search/src/c.ts', '@sweepd/core/src/page.js', 'deep import'],
    [
      'a way through the file system',
      'packages/search/src/d.ts',
      '../../core/src/page.js',
      'leaves its package',
    ],
    ['Prisma outside of the store', 'apps/api/src/e.ts', '@prisma/client', 'only store may import'],
    ['BullMQ outside of the queue', 'apps/worker/src/f.ts', 'bullmq', 'only queue may import'],
    ['ioredis outside of the queue', 'apps/api/src/g.ts', 'ioredis', 'only queue may import'],
    [
      'tensors outside of the model',
      'apps/worker/src/h.ts',
      '@tensorflow/tfjs-core',
      'only model may import',
    ],
    [
      'ONNX Runtime outside of the model',
      'apps/worker/src/i.ts',
      'onnxruntime-node',
      'only model may import',
    ],
    ['test servers in a source', 'apps/api/src/j.ts', '@sweepd/testing', 'only tests may import it'],
    ['an undeclared library', 'packages/search/src/k.ts', 'zod', 'zod is not in the dependencies'],
    ['an undeclared package of ours', 'apps/api/src/l.ts', '@sweepd/core', 'core is not in the dependencies'],
    ['a missing reference', 'packages/store/src/m.ts', '@sweepd/core', 'core is not in the references'],
  ]
  let result: ReturnType<typeof check>

  beforeAll(() => {
    const sources = VIOLATIONS.map(([, file, specifier]) => [
      file,
      `export const a = () => import('${specifier}')`,
    ])
    result = check({ ...PACKAGES, 'packages/stranger': NOTHING }, Object.fromEntries(sources))
  })

  it.each(VIOLATIONS)('is refused for %s', (_what, file, specifier, complaint) => {
    const line = result.output.split('\n').find((text) => text.startsWith(`${file} `))
    expect(line).toContain(`imports ${specifier}: `)
    expect(line).toContain(complaint)
  })

  it('is refused for a package that nobody has placed in the table', () => {
    expect(result.output).toContain('packages/stranger: unknown package')
  })

  it('ends with exit code 1', () => {
    expect(result.status).toBe(1)
  })
})
