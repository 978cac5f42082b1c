import type { NetworkOptions } from '@sweepd/model'

/** The networks of the seed notebook that speed is measured on, batch 32, Adam. */
export const NETWORKS: Readonly<Record<string, Partial<NetworkOptions>>> = {
  'kernel-stride': { convLayers: [32, 64], dropout: 0.5 },
  basic: { convLayers: [32, 64, 128], dropout: 0.5 },
  normalised: { convLayers: [32, 64, 128], dropout: 0.5, bn: true, zeroPadding: true },
}
