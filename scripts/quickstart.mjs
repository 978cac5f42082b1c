// npm run quickstart
import { startCli } from './start-cli.mjs'

await startCli('quickstart')
