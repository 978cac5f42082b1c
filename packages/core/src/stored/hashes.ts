import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { SweepDefinition } from '../definition/sweep-definition.js'
import type { Hyperparameters } from '../hyperparameters/hyperparameters.js'
import { isLaterValue, LATER_HYPERPARAMETERS } from '../hyperparameters/later-hyperparameters.js'

/** SHA-256 (hex) of the canonical JSON of a complete definition: it tells whether a request is the same one again. */
export const hashDefinition = ({ impossible, budget, ...others }: SweepDefinition): string =>
  // Fields that came after the first hashes were stored are left out if they say nothing new.
  hash({
    ...others,
    ...(impossible !== 'refuse' && { impossible }),
    ...(budget !== null && { budget }),
  })

/** SHA-256 (hex) of the canonical JSON: equal points have equal hashes. */
export const hashHyperparameters = (hyperparameters: Hyperparameters): string =>
  hash(withoutLaterDefaults(hyperparameters))

/** Hyperparameters that came after the first hashes were stored are left out if they say nothing new. */
const withoutLaterDefaults = (hyperparameters: Hyperparameters): Partial<Hyperparameters> =>
  Object.fromEntries(
    Object.entries(hyperparameters).filter(
      ([name, value]) => !Object.hasOwn(LATER_HYPERPARAMETERS, name) || isLaterValue(name, value),
    ),
  )

/** Not by node:crypto, because the dashboard loads this package too. */
const hash = (value: unknown): string => bytesToHex(sha256(utf8ToBytes(canonicalJson(value))))

/** JSON with the keys sorted at every depth, so that equal values have equal texts. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`
}
