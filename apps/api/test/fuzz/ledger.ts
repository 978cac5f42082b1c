import { parseSweepDefinition, sweepDefinitionSchema } from '@sweepd/core'
import type { SweepStore } from '@sweepd/scheduler'
import { countSuggestions } from '@sweepd/search'
import type { LightMyRequestResponse } from 'fastify'
import { expect } from 'vitest'

/** What must be stored: the sweeps whose request returned 201, each with all its trials, and nothing else. */
export class Ledger {
  private readonly trialsBySweep = new Map<string, number>()

  /** Records what this response promised. */
  enter(method: string, url: string, answer: LightMyRequestResponse): void {
    const [path = ''] = url.split('?')
    if (method === 'POST' && path === '/sweeps' && answer.statusCode === 201) {
      const sweep = answer.json()
      this.trialsBySweep.set(sweep.id, countPlanned(sweep))
    }
    if (method === 'DELETE' && answer.statusCode === 204)
      this.trialsBySweep.delete(path.split('/').at(-1) ?? '')
  }

  /** Compares with what is stored. */
  async expectToMatch(store: SweepStore): Promise<void> {
    expect(await countStoredTrials(store)).toEqual(this.trialsBySweep)
  }
}

/** How many points the definition of a returned sweep has. */
function countPlanned(sweep: Readonly<Record<string, unknown>>): number {
  const names = Object.keys(sweepDefinitionSchema.shape)
  const definition = Object.fromEntries(names.map((name) => [name, sweep[name]]))
  return countSuggestions(parseSweepDefinition(definition))
}

async function countStoredTrials(store: SweepStore): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  let cursor: string | undefined
  do {
    const page = await store.listSweeps({ limit: 500, cursor })
    for (const { id, trialCounts } of page.items) counts.set(id, trialCounts.total)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return counts
}
