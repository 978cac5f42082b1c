import { createHash } from 'node:crypto'
import type { SweepDefinition } from '../definition/sweep-definition.js'
import { canonicalJson } from './canonical-json.js'

/** SHA-256 (hex) of the canonical JSON of a complete definition: it tells whether a request is the same one again. */
export function hashDefinition(definition: SweepDefinition): string {
  return createHash('sha256').update(canonicalJson(definition)).digest('hex')
}
