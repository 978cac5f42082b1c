// The first page must not load more JavaScript than this, gzipped: what is large is split off. Fails the build.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const LIMIT_KB = 200
const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))

/** A chunk and all that it imports at once. */
function listChunks(key, seen = new Set()) {
  if (seen.has(key)) return seen
  seen.add(key)
  for (const imported of manifest[key].imports ?? []) listChunks(imported, seen)
  return seen
}

const chunks = [...listChunks('index.html')].map((key) => manifest[key].file)
const bytes = chunks.reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist))).length, 0)
const size = `The first page loads ${(bytes / 1000).toFixed(1)} kB of JavaScript (gzip) in ${chunks.length} files`
if (bytes > LIMIT_KB * 1000) {
  console.error(`${size}, more than ${LIMIT_KB} kB. Load what it does not need at once by import().`)
  process.exit(1)
}
console.log(`${size}; ${LIMIT_KB} kB are allowed.`)
