import * as tf from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { UnsupportedLayerError } from '../blocks/unsupported-layer-error.js'
import { buildCNN } from './build-cnn.js'
import { readNetwork } from './network.js'
import { prepareTensors } from './tensors.js'

beforeAll(prepareTensors)

interface Overrides {
  readonly conv?: object
  readonly pool?: object
  readonly dense?: object
  readonly output?: object
  /** Layers after the convolution, in place of none. */
  readonly afterConv?: tf.layers.Layer[]
  readonly beforeConv?: tf.layers.Layer[]
  readonly beforeDense?: tf.layers.Layer[]
}

/** A network that can be trained, but for what is changed. */
function sequence(overrides: Overrides): tf.LayersModel {
  const model = tf.sequential()
  const layers = [
    tf.layers.inputLayer({ inputShape: [12, 12, 3] }),
    ...(overrides.beforeConv ?? []),
    tf.layers.conv2d({ name: 'conv', filters: 2, kernelSize: 3, ...overrides.conv }),
    ...(overrides.afterConv ?? []),
    tf.layers.maxPooling2d({ name: 'pool', poolSize: 2, ...overrides.pool }),
    tf.layers.flatten(),
    ...(overrides.beforeDense ?? []),
    tf.layers.dense({ name: 'dense', units: 3, ...overrides.dense }),
    tf.layers.dense({ name: 'out', units: 2, activation: 'softmax', ...overrides.output }),
  ]
  for (const layer of layers) model.add(layer)
  return model
}

it('has penalties on all kernels, or on those of the convolutions only', () => {
  const penaltiesOf = (layers?: 'convolutions') => {
    const model = buildCNN([12, 12, 1], 4, { reg: { l1: 0.1, l2: 0.2, layers }, convLayers: [2] })
    const { blocks } = readNetwork(model)
    model.dispose()
    return blocks.flatMap(({ penalties }) => penalties).map(({ penalty }) => penalty)
  }
  const [some, none] = [
    { l1: 0.1, l2: 0.2 },
    { l1: 0, l2: 0 },
  ]
  expect(penaltiesOf()).toEqual([some, some, some])
  expect(penaltiesOf('convolutions')).toEqual([some, none, none])
})

const bn = (options: object) => [tf.layers.batchNormalization({ name: 'bn', ...options })]
const l2 = () => tf.regularizers.l2({ l2: 0.1 })

describe('readNetwork', () => {
  it('reads what buildCNN gives', () => {
    const options = {
      ...{
        kernel: [2, 3],
        stride: [1, 2],
        zeroPadding: true,
        bn: true,
        dropout: 0.25,
        reg: { l1: 0, l2: 0.5 },
      },
      ...{ convLayers: [4], hiddenLayers: [7], activations: ['leakyRelu', 'gelu'] },
    } as const
    const model = buildCNN([3, 20, 22], 5, {
      ...{ ...options, kernel: [2, 3], stride: [1, 2], convLayers: [4], hiddenLayers: [7] },
      ...{ activations: ['leakyRelu', 'gelu'], dataFormat: 'channelsFirst' },
    })
    const penalty = { l1: 0, l2: 0.5 }
    expect(readNetwork(model)).toEqual({
      inputShape: [20, 22, 3],
      dataFormat: 'channelsFirst',
      blocks: [
        {
          kind: 'conv',
          options: {
            ...{ name: 'conv0', filters: 4, kernel: [2, 3], stride: [1, 2], padding: 1, penalty },
            ...{ batchNorm: 'bn0', activation: 'leakyRelu' },
          },
        },
        { kind: 'flatten' },
        { kind: 'dropout', rate: 0.25 },
        { kind: 'dense', name: 'Dense7_0', units: 7, penalty, activation: 'gelu' },
        { kind: 'dense', name: 'softmax_output', units: 5, penalty, activation: 'softmax' },
      ],
    })
  })

  it('takes an activation within a layer for one behind it', () => {
    const network = readNetwork(sequence({ conv: { activation: 'tanh' }, dense: { activation: 'elu' } }))
    const [conv, , dense] = network.blocks
    expect(conv).toMatchObject({ kind: 'conv', options: { activation: 'tanh' } })
    expect(dense).toMatchObject({ kind: 'dense', activation: 'elu' })
  })

  it.each<[string, string | undefined, () => Overrides]>([
    ['conv', 'dilationRate', () => ({ conv: { dilationRate: 2 } })],
    ['conv', 'padding', () => ({ conv: { padding: 'same' } })],
    ['conv', 'useBias', () => ({ conv: { useBias: false } })],
    ['conv', 'activation', () => ({ conv: { activation: 'softplus' } })],
    ['conv', 'activation', () => ({ conv: { activation: 'relu' }, afterConv: bn({}) })],
    ['conv', 'biasRegularizer', () => ({ conv: { biasRegularizer: l2() } })],
    ['conv', 'kernelConstraint', () => ({ conv: { kernelConstraint: tf.constraints.nonNeg() } })],
    ['conv', 'biasConstraint', () => ({ conv: { biasConstraint: tf.constraints.nonNeg() } })],
    ['conv', 'trainable', () => ({ conv: { trainable: false } })],
    ['pool', 'poolSize', () => ({ pool: { poolSize: 3 } })],
    ['pool', 'strides', () => ({ pool: { strides: 1 } })],
    ['pool', 'padding', () => ({ pool: { padding: 'same' } })],
    ['bn', 'momentum', () => ({ afterConv: bn({ momentum: 0.9 }) })],
    ['bn', 'epsilon', () => ({ afterConv: bn({ epsilon: 1e-5 }) })],
    ['bn', 'center', () => ({ afterConv: bn({ center: false }) })],
    ['bn', 'scale', () => ({ afterConv: bn({ scale: false }) })],
    ['bn', 'axis', () => ({ afterConv: bn({ axis: 1 }) })],
    ['bn', 'gammaRegularizer', () => ({ afterConv: bn({ gammaRegularizer: l2() }) })],
    ['bn', 'betaConstraint', () => ({ afterConv: bn({ betaConstraint: tf.constraints.nonNeg() }) })],
    ['bn', 'trainable', () => ({ afterConv: bn({ trainable: false }) })],
    ['leaky', 'alpha', () => ({ afterConv: [tf.layers.leakyReLU({ name: 'leaky', alpha: 0.1 })] })],
    [
      'act',
      'activation',
      () => ({ afterConv: [tf.layers.activation({ name: 'act', activation: 'relu6' })] }),
    ],
    ['relu', undefined, () => ({ afterConv: [tf.layers.reLU({ name: 'relu', maxValue: 1 })] })],
    [
      'pad',
      'padding',
      () => ({
        beforeConv: [
          tf.layers.zeroPadding2d({
            name: 'pad',
            padding: [
              [1, 2],
              [1, 1],
            ],
          }),
        ],
      }),
    ],
    ['turn', 'dims', () => ({ beforeConv: [tf.layers.permute({ name: 'turn', dims: [2, 1, 3] })] })],
    [
      'drop',
      'noiseShape',
      () => ({ beforeDense: [tf.layers.dropout({ name: 'drop', rate: 0.1, noiseShape: [1, 2] })] }),
    ],
    ['dense', 'useBias', () => ({ dense: { useBias: false } })],
    ['dense', 'biasRegularizer', () => ({ dense: { biasRegularizer: l2() } })],
    ['dense', 'kernelConstraint', () => ({ dense: { kernelConstraint: tf.constraints.maxNorm({}) } })],
    ['dense', 'activation', () => ({ dense: { activation: 'softmax' } })],
    ['out', 'activation', () => ({ output: { activation: 'sigmoid' } })],
  ])('refuses layer %s for its %s', (layer, option, overrides) => {
    const read = () => readNetwork(sequence(overrides()))
    expect(read).toThrow(UnsupportedLayerError)
    expect(read).toThrow(option === undefined ? `layer ${layer}:` : `layer ${layer}, option ${option}:`)
  })
})
