// npm run test:containers: builds what has changed and runs test/containers/main.ts; what follows `--` are its options.
import { resolve } from 'node:path'
import { build } from './build.mjs'
import { installIfNeeded } from './install-if-needed.mjs'
import { ROOT } from './run-command.mjs'

await installIfNeeded()
await build()

const { register } = await import('tsx/esm/api')
register()
await import(resolve(ROOT, 'test/containers/main.ts'))
