import { createHash } from 'node:crypto'
import { DEFAULT_LOSS, type Hyperparameters } from './hyperparameters.js'

/** SHA-256 (hex) of the canonical JSON: keys sorted at every depth, so that equal points have equal hashes. */
export function hashHyperparameters(hyperparameters: Hyperparameters): string {
  return createHash('sha256')
    .update(canonicalJson(withoutLaterDefaults(hyperparameters)))
    .digest('hex')
}

/** Hyperparameters that came after the first hashes were stored are left out where they say nothing new. */
function withoutLaterDefaults({ loss, ...others }: Hyperparameters): Partial<Hyperparameters> {
  return loss === DEFAULT_LOSS ? others : { loss, ...others }
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`
}
