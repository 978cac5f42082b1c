import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createTestDatabase } from '@sweepd/testing'
import { expect, it } from 'vitest'

const SCRIPT = fileURLToPath(new URL('../../../scripts/author-migration.mjs', import.meta.url))

it('the migrations lead to exactly what prisma/schema.prisma says', async () => {
  const database = await createTestDatabase()
  const env = { ...process.env, DATABASE_URL: database.url }
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, 'check'], { env })
  await database.drop()
  expect(stdout).toContain('agree')
})
