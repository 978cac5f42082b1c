import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json.js'
import type { Hyperparameters } from './hyperparameters.js'

/** SHA-256 (hex) of the canonical JSON: equal points have equal hashes. */
export function hashHyperparameters(hyperparameters: Hyperparameters): string {
  return createHash('sha256').update(canonicalJson(hyperparameters)).digest('hex')
}
