/** How long and how large a run of the suite is. Durations in milliseconds. */
export interface SuiteForm {
  readonly name: 'full' | 'short'
  /** What api and workers get besides their addresses; the full form leaves leases and intervals as shipped. */
  readonly environment: Readonly<Record<string, string>>
  /** So short that trials are resumed from checkpoints as often as they begin again. */
  readonly checkpointIntervalMs: number
  readonly workers: number
  readonly slotsPerWorker: number
  /** How long connections are refused, and the disk stays full. */
  readonly outageMs: number
  /** How long a server is frozen. */
  readonly freezeMs: number
  /** How long connections are ended at random. */
  readonly stormMs: number
  /** How long a killed server stays away. */
  readonly restartMs: number
  /** After this the sweep is taken for lost; a machine that is merely slow must not lose one. */
  readonly deadlineMs: number
  /** Keeps what the processes write, a folder for each fault; unless told it goes with them. */
  readonly logFolder?: string | undefined
  /** What is trained while things break. */
  readonly definition: object
}

/**
 * Whatever state a checkpoint must carry is in use: moving averages of batch normalisation, momenta, the step count of
 * the decay, dropout, and the best epoch so far, which early stopping restores (its patience never ends a trial here).
 */
const NETWORK = {
  convLayers: [6, 12],
  hiddenLayers: [32],
  lrDecay: 0.001,
  earlyStopping: { monitor: 'val_loss', patience: 100, restoreBest: true },
}

const SPACE = { bn: [false, true], optimizer: ['adam', 'momentum'] }

/** What `npm run test:faults` runs. */
export const FULL: SuiteForm = {
  name: 'full',
  environment: {},
  checkpointIntervalMs: 500,
  workers: 2,
  slotsPerWorker: 2,
  outageMs: 20_000,
  freezeMs: 30_000,
  stormMs: 60_000,
  restartMs: 2_000,
  deadlineMs: 300_000,
  definition: {
    name: 'fault suite',
    dataset: 'synthetic',
    space: { ...SPACE, dropout: [0.2, 0.4] },
    fixed: { ...NETWORK, trainSize: 3000, epochs: 6 },
  },
}

/** What `npm test` runs: the same on fewer and shorter trials, with shorter leases. */
export const SHORT: SuiteForm = {
  name: 'short',
  environment: { LEASE_MS: '2000', RECONCILE_INTERVAL_MS: '500', RETRY_BACKOFF_MS: '100' },
  checkpointIntervalMs: 500,
  workers: 2,
  slotsPerWorker: 1,
  outageMs: 4_000,
  freezeMs: 5_000,
  stormMs: 5_000,
  restartMs: 500,
  deadlineMs: 180_000,
  definition: {
    name: 'fault suite, short',
    dataset: 'synthetic',
    space: SPACE,
    fixed: { ...NETWORK, trainSize: 1500, epochs: 5 },
  },
}
