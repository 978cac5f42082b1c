import type { Fault } from '../fault.js'
import { cutPower } from './cut-power.js'
import { fillDisk } from './fill-disk.js'
import { flushRedis } from './flush-redis.js'
import { killApi } from './kill-api.js'
import { killPostgres } from './kill-postgres.js'
import { killRedis } from './kill-redis.js'
import { killTrainingChild } from './kill-training-child.js'
import { killWorker } from './kill-worker.js'
import { refusePostgres } from './refuse-postgres.js'
import { refuseRedis } from './refuse-redis.js'
import { repeatJobs } from './repeat-jobs.js'
import { suspendWorker } from './suspend-worker.js'

/** Every fault that the suite knows, in the order of the table. */
export const FAULTS: readonly Fault[] = [
  killTrainingChild,
  killWorker,
  suspendWorker,
  killApi,
  killPostgres,
  refusePostgres,
  fillDisk,
  killRedis,
  flushRedis,
  refuseRedis,
  repeatJobs,
  cutPower,
]
