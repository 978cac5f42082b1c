import { FAILURE_CLASSES, type FailureClass } from '@sweepd/core'
import fc from 'fast-check'
import { LEASE_MS } from '../create-memory-ports.js'

const WORKERS = ['anna', 'bert', 'cora'] as const
const KEYS = ['first', 'second', undefined] as const
const LONGEST_STORY = 80

/** Its process dies after so many calls of its ports; never if it is negative. */
interface Mortal {
  readonly diesAfter: number
}

/** Chooses among the things at hand: attempts, jobs, sweeps or trials. */
interface Picky {
  readonly pick: number
}

/** What a worker says of an attempt; a deaf one ignores the reply, and continues an attempt that is over. */
type Report = Picky & { readonly isDeaf: boolean } & (
    | ({ readonly kind: 'epoch'; readonly isAgain: boolean; readonly isBare: boolean } & Mortal)
    | ({ readonly kind: 'finish' } & Mortal)
    | ({ readonly kind: 'fail'; readonly error: FailureClass } & Mortal)
    | ({ readonly kind: 'give back'; readonly outcome: 'released' | 'paused' } & Mortal)
  )

/** What a worker does besides. `bad machine`: so many trials in a row diverge on it. */
type Labour = { readonly worker: string } & (
  | ({ readonly kind: 'deliver'; readonly isTwice: boolean } & Picky & Mortal)
  | { readonly kind: 'beat'; readonly isDeaf: boolean }
  | { readonly kind: 'bad machine'; readonly times: number }
  | { readonly kind: 'start' | 'stop' | 'kill' }
)

/** What a person asks for. */
export type Order =
  | ({ readonly kind: 'create'; readonly definition: number; readonly key: string | undefined } & Mortal)
  | ({ readonly kind: 'pause' | 'resume' | 'cancel' | 'retry' | 'delete' } & Picky & Mortal)
  | ({ readonly kind: 'cancel trial' | 'retry trial' } & Picky & Mortal)
  | ({
      readonly kind: 'change'
      readonly changes: {
        readonly priority?: number
        readonly maxParallel?: number | null
        readonly trials?: number
      }
    } & Picky &
      Mortal)
  | { readonly kind: 'drain'; readonly worker: string }

/** What nobody asks for, and what repairs it. */
export type Fate =
  | { readonly kind: 'flush' | 'queue down' | 'queue up' }
  | { readonly kind: 'pass'; readonly ms: number }
  | ({ readonly kind: 'reconcile' } & Mortal)

/** One thing that happens somewhere. */
export type Happening = Report | Labour | Order | Fate

const pick = fc.nat(20)
const worker = fc.constantFrom(...WORKERS)
const isRare = fc.nat(4).map((number) => number === 0)
/** Most processes live on; some die before, between or after the calls of their use-case. */
const diesAfter = fc.oneof({ weight: 5, arbitrary: fc.constant(-1) }, { weight: 2, arbitrary: fc.nat(5) })
const kind = <T extends string>(...names: T[]) => fc.constantFrom(...names)

const report: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: kind('epoch'),
      pick,
      isDeaf: isRare,
      isAgain: isRare,
      isBare: isRare,
      diesAfter,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: kind('finish'), pick, isDeaf: isRare, diesAfter }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind('fail'),
      pick,
      isDeaf: isRare,
      error: kind(...FAILURE_CLASSES),
      diesAfter,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('give back'),
      pick,
      isDeaf: isRare,
      outcome: kind('released', 'paused'),
      diesAfter,
    }),
  },
)

const labour: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 9, arbitrary: fc.record({ kind: kind('deliver'), worker, pick, isTwice: isRare, diesAfter }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('beat'), worker, isDeaf: isRare }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('bad machine'), worker, times: fc.nat(12) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('start', 'stop', 'kill'), worker }) },
)

const changes = fc.oneof(
  fc.record({ priority: fc.integer({ min: -1, max: 2 }) }),
  fc.record({ maxParallel: fc.constantFrom(null, 1, 2) }),
  fc.record({ trials: fc.integer({ min: 6, max: 14 }) }),
)

const create = fc.record({
  kind: kind('create'),
  definition: pick,
  key: fc.constantFrom(...KEYS),
  diesAfter,
})

const order: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 1, arbitrary: create },
  { weight: 3, arbitrary: fc.record({ kind: kind('pause', 'resume'), pick, diesAfter }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('cancel', 'retry', 'delete'), pick, diesAfter }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('cancel trial', 'retry trial'), pick, diesAfter }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('change'), pick, changes, diesAfter }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('drain'), worker }) },
)

const fate: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: kind('flush', 'queue down', 'queue up') }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('pass'), ms: fc.nat(2 * LEASE_MS) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('reconcile'), diesAfter }) },
)

/** What happens to a world that has one sweep. */
export const story: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: report },
    { weight: 8, arbitrary: labour },
    { weight: 4, arbitrary: order },
    { weight: 3, arbitrary: fate },
  ),
  { minLength: 10, maxLength: LONGEST_STORY, size: 'max' },
)
