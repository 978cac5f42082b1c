// Runs the Prisma command line from the root of the repository, whatever the current folder is.
//
//   node scripts/prisma.mjs generate|validate|format
//
// Every command first looks for a schema engine and downloads it if there is none, although these three use only the
// WebAssembly inside the package. Any existing file satisfies that search, so they work without a network.
// Not so for the other commands: with a wrong engine "migrate diff" prints nothing and claims success. To write a
// migration use scripts/author-migration.mjs; sweepd applies migrations itself when it starts.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const OFFLINE_COMMANDS = ['generate', 'validate', 'format']

const root = fileURLToPath(new URL('..', import.meta.url))
const [command = '', ...rest] = process.argv.slice(2)
const environment = { ...process.env, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' }
if (OFFLINE_COMMANDS.includes(command)) environment.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath

const cli = createRequire(new URL('../packages/store/package.json', import.meta.url)).resolve(
  'prisma/build/index.js',
)
const { status } = spawnSync(process.execPath, [cli, command, ...rest], {
  cwd: root,
  env: environment,
  stdio: 'inherit',
})
process.exit(status ?? 1)
