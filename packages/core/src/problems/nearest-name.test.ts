import { describe, expect, it } from 'vitest'
import { HYPERPARAMETER_NAMES } from '../hyperparameters/hyperparameters.js'
import { nearestName } from './nearest-name.js'

describe('nearestName', () => {
  it.each([
    ['kernal', 'kernel'],
    ['kernel_size', 'kernel'],
    ['strides', 'stride'],
    ['Bn', 'bn'],
    ['zero_padding', 'zeroPadding'],
    ['dropout_rate', 'dropout'],
    ['conv_layer', 'convLayers'],
    ['batch-size', 'batchSize'],
    ['epoch', 'epochs'],
    ['earlystoping', 'earlyStopping'],
    ['LR', 'lr'],
  ])('takes %s for %s', (written, meant) => {
    expect(nearestName(written, HYPERPARAMETER_NAMES)).toBe(meant)
  })

  it.each(['zzz', '', 'a', 'momentum', '__proto__', 'k'.repeat(100_000)])(
    'makes no guess at %.20s',
    (written) => {
      expect(nearestName(written, HYPERPARAMETER_NAMES)).toBeUndefined()
    },
  )
})
