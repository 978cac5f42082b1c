import type { Fault } from '../fault.js'
import { fillDisk } from './disk.js'
import { flushRedis, repeatJobs } from './jobs.js'
import {
  exhaustConnections,
  freezePostgres,
  freezeRedis,
  loseAnswers,
  refusePostgres,
  refuseRedis,
  terminateBackends,
} from './networks.js'
import {
  cutPower,
  killApi,
  killPostgres,
  killRedis,
  killTrainingChild,
  killWorker,
  suspendWorker,
} from './processes.js'

/** Every fault that the suite knows, in the order of the table. */
export const FAULTS: readonly Fault[] = [
  killTrainingChild,
  killWorker,
  suspendWorker,
  killApi,
  killPostgres,
  refusePostgres,
  freezePostgres,
  terminateBackends,
  loseAnswers,
  exhaustConnections,
  fillDisk,
  killRedis,
  flushRedis,
  refuseRedis,
  freezeRedis,
  repeatJobs,
  cutPower,
]
