import { MemoryStore } from '@sweepd/scheduler/memory'
import { beforeEach, describe } from 'vitest'
import { describeSweepStore } from './contract/describe-sweep-store.js'
import type { StoreWorld } from './contract/use-store.js'

function useMemoryStore(): StoreWorld {
  const world = {} as { store: MemoryStore }
  beforeEach(() => {
    world.store = new MemoryStore()
  })
  return world
}

describe('the store in memory', () => describeSweepStore(useMemoryStore))
