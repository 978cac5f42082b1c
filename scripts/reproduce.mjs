// npm run reproduce [-- --epochs N --train-size N]
import { startCli } from './start-cli.mjs'

await startCli('reproduce')
