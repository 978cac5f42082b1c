import { parseSweepDefinition, type SweepDefinition } from '@sweepd/core'

/** Images that each network of the table learns from, and is validated on after each epoch. */
export const TABLE_IMAGES = { train: 3000, validation: 5000 } as const

/** The 324 points of the recorded table: small networks on real images, each trained for 10 epochs. */
export const TABLE_DEFINITION: SweepDefinition = parseSweepDefinition({
  name: 'table',
  space: {
    bn: [false, true],
    lr: [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
    dropout: [0, 0.25, 0.5],
    optimizer: ['adam', 'momentum', 'rmsprop'],
    batchSize: [16, 32, 64],
  },
  fixed: { convLayers: [8, 16], hiddenLayers: [32], epochs: 10, trainSize: TABLE_IMAGES.train },
})
