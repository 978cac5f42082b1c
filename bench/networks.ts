import type { NetworkOptions } from '@sweepd/model'

const SMALL = { convLayers: [32, 64], dropout: 0.5 }
const LARGE = { convLayers: [32, 64, 128], dropout: 0.5 }

/** The networks of the seed notebook, by name. Its decay is that of `normalised`, its penalties are `regularised`. */
export const NETWORKS: Readonly<Record<string, Partial<NetworkOptions>>> = {
  'kernel-stride': SMALL,
  'stride-2': { ...SMALL, stride: 2 },
  'kernel-4': { ...SMALL, kernel: 4 },
  'kernel-4-stride-2': { ...SMALL, kernel: 4, stride: 2 },
  basic: LARGE,
  normalised: { ...LARGE, bn: true, zeroPadding: true },
  regularised: { ...LARGE, bn: true, zeroPadding: true, reg: 0.0005 },
}

/** Images in a step, as in the notebook. */
export const BATCH = 32

/** Training images of Fashion-MNIST. */
export const EPOCH_IMAGES = 50_000
