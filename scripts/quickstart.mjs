// npm run quickstart: installs what is missing, builds, and hands over to `sweepd quickstart` in this same process,
// so that signals and the exit code are its own.
import { installIfNeeded } from './install-if-needed.mjs'
import { build, secondsSince } from './run-command.mjs'

await installIfNeeded()
const startedAt = performance.now()
process.stdout.write('Building… ')
await build()
console.log(secondsSince(startedAt))

process.argv.splice(2, 0, 'quickstart')
await import('../apps/cli/dist/main.js')
