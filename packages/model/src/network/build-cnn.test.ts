import { InvalidInputError } from '@sweepd/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type BuildOptions, buildCNN } from './build-cnn.js'
import { prepareTensors } from './tensors.js'

beforeAll(prepareTensors)

const build = (options: object) => buildCNN([28, 28, 1], 10, options as BuildOptions)

describe('buildCNN', () => {
  it('gives the network of the seed notebook', () => {
    const model = build({ bn: true, zeroPadding: true })
    expect(model.layers.map((layer) => layer.name.replace(/\d+$/, ''))).toEqual([
      'input',
      ...['pad', 'conv', 'bn', 'conv0_activation', 'max_pool_'],
      ...['pad', 'conv', 'bn', 'conv1_activation', 'max_pool_'],
      ...['flatten_Flatten', 'dropout_Dropout', 'Dense128_', 'Dense128_0_activation', 'softmax_output'],
    ])
    // Two convolutions with four vectors of batch normalisation each, and two dense layers behind 7 × 7 × 64 features.
    const convolutions = (9 + 1 + 4) * 32 + (9 * 32 + 1 + 4) * 64
    expect(model.countParams()).toBe(convolutions + (7 * 7 * 64 + 1) * 128 + (128 + 1) * 10)
  })

  it('applies a penalty to every kernel, with padding or without', () => {
    const penalties = build({ reg: 0.001 }).layers.filter((layer) => layer.getConfig()['kernelRegularizer'])
    expect(penalties.map((layer) => layer.name)).toEqual(['conv0', 'conv1', 'Dense128_0', 'softmax_output'])
  })

  it('takes all hyperparameters, and undefined for a default', () => {
    expect(() => build({ lr: 0.1, epochs: 3, loss: 'binaryCrossentropy', kernel: undefined })).not.toThrow()
  })

  it.each([
    [{ kernal: 3 }, /#\/kernal.*kernel/],
    [{ dilation: 2 }, /#\/dilation/],
    [{ activations: ['relu', 'softplus'] }, /#\/activations\/1.*gelu/],
    [{ optimizer: 'ftrl' }, /#\/optimizer.*adamax/],
    [{ loss: 'hinge' }, /#\/loss.*binaryCrossentropy/],
    [{ dropout: 1 }, /#\/dropout.*below 1/],
    [{ dataFormat: 'channels_first' }, /#\/dataFormat is one of|#\/dataFormat.*channelsFirst/],
    [{ kernel: [3, 3, 3] }, /#\/kernel.*pair/],
    [{ stride: 0, convLayers: [] }, /#\/stride.*#\/convLayers/],
  ])('refuses %j by name', (options, message) => {
    expect(() => build(options)).toThrow(InvalidInputError)
    expect(() => build(options)).toThrow(message)
  })
})
