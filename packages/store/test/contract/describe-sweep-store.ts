import { describeClaims } from './claims.contract.js'
import { describeDatasets } from './datasets.contract.js'
import { describeGpuLeases } from './gpu-leases.contract.js'
import { describeGrowth } from './growth.contract.js'
import { describeModels } from './models.contract.js'
import { describeOperators } from './operators.contract.js'
import { describeReports } from './reports.contract.js'
import type { UseStore } from './use-store.js'
import { describeViews } from './views.contract.js'
import { describeWorkers } from './workers.contract.js'

/** What every SweepStore must do: the tests of the use-cases rely on it in memory, the service on Postgres. */
export function describeSweepStore(useStore: UseStore): void {
  describeClaims(useStore)
  describeReports(useStore)
  describeModels(useStore)
  describeOperators(useStore)
  describeGrowth(useStore)
  describeWorkers(useStore)
  describeGpuLeases(useStore)
  describeViews(useStore)
  describeDatasets(useStore)
}
