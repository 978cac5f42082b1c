import { createHash } from 'node:crypto'
import { DEFAULT_LOSS, type Hyperparameters } from '../hyperparameters/hyperparameters.js'
import { canonicalJson } from './canonical-json.js'

/** SHA-256 (hex) of the canonical JSON: equal points have equal hashes. */
export function hashHyperparameters(hyperparameters: Hyperparameters): string {
  return createHash('sha256')
    .update(canonicalJson(withoutLaterDefaults(hyperparameters)))
    .digest('hex')
}

/** Hyperparameters that came after the first hashes were stored are left out where they say nothing new. */
function withoutLaterDefaults({ loss, ...others }: Hyperparameters): Partial<Hyperparameters> {
  return loss === DEFAULT_LOSS ? others : { loss, ...others }
}
