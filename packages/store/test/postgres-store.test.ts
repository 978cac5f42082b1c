import { describe } from 'vitest'
import { describeSweepStore } from './contract/describe-sweep-store.js'
import { useEmptyStore } from './store-world.js'

describe('the store on Postgres', () => {
  const world = useEmptyStore()
  describeSweepStore(() => world)
})
