/** Bodies of `POST /sweeps` that the documentation shows; a test creates a sweep from each. */
export const DEFINITION_EXAMPLES = {
  grid: {
    summary: 'A grid over every kind of axis',
    value: {
      name: 'kernel-and-stride',
      dataset: 'fashion-mnist',
      sampler: { type: 'grid' },
      space: {
        kernel: [3, 4],
        stride: [1, 2],
        bn: [false, true],
        reg: [0, 0.0005, { l1: 0, l2: 0.001 }],
        lr: { min: 0.0001, max: 0.01, scale: 'log', steps: 5 },
      },
      fixed: { dropout: 0.5, convLayers: [32, 64], hiddenLayers: [128], epochs: 20, batchSize: 32 },
      objective: { metric: 'val_acc', direction: 'maximize' },
      pruner: { type: 'none' },
      seed: 2019,
    },
  },
  sobol: {
    summary: 'Fifty points that cover ranges evenly',
    value: {
      name: 'wide-search',
      sampler: { type: 'sobol', trials: 50 },
      space: {
        lr: { min: 0.0001, max: 0.01, scale: 'log' },
        dropout: { min: 0, max: 0.6 },
        kernel: [3, 4, 5],
        convLayers: [[32], [32, 64], [32, 64, 128]],
      },
      fixed: { epochs: 5 },
      impossible: 'skip',
    },
  },
  smallest: {
    summary: 'Only what is required',
    value: { name: 'two-kernels', space: { kernel: [3, 4] } },
  },
} as const
