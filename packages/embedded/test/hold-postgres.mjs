// Starts Postgres on the data folder given, says how that went in one line of JSON, and holds it until the input ends.
import { startEmbeddedPostgres } from '../dist/index.js'

try {
  const postgres = await startEmbeddedPostgres({ dataDir: process.argv[2] })
  console.log(JSON.stringify({ url: postgres.url, pid: postgres.pid }))
  for await (const _ of process.stdin);
} catch ({ code, message }) {
  console.log(JSON.stringify({ code, message }))
}
