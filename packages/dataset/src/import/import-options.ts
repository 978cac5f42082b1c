import { z } from 'zod'
import { CANONICAL_LIMITS } from '../canonical/manifest.js'

const side = z.int().min(CANONICAL_LIMITS.minSide).max(CANONICAL_LIMITS.maxSide)
const share = z.number().gt(0).lt(1)

/** The seed notebook's `random_state` and shares: a seventh for test, and a sixth of the rest for validation. */
const SEED_SPLIT = { seed: 2019, validationShare: 1 / 6, testShare: 1 / 7, stratify: false } as const

/** How images are read, checked and split; every field has a default. */
export const importOptionsSchema = z.strictObject({
  /** `[height, width]` or `[height, width, channels]` of images that come as rows of numbers. */
  shape: z.union([z.tuple([side, side]), z.tuple([side, side, z.int().min(1).max(4)])]).optional(),
  /** Gives all images one size. fit: stretched; crop: filled, the overhang cut off; pad: whole, on black. */
  resize: z.strictObject({ height: side, width: side, mode: z.enum(['fit', 'crop', 'pad']) }).optional(),
  /** Makes one channel of three, by the weights of Rec. 601. */
  grey: z.boolean().default(false),
  /** Refuses what is otherwise a warning. */
  strict: z.boolean().default(false),
  /** How validation and test images are drawn if they are not given. */
  split: z
    .strictObject({
      seed: z.int().min(0).max(0xffffffff).default(SEED_SPLIT.seed),
      /** Share of the images that are not for test. */
      validationShare: share.default(SEED_SPLIT.validationShare),
      /** Share of the images that are not given as validation. */
      testShare: share.default(SEED_SPLIT.testShare),
      /** Draws the same share of each class. */
      stratify: z.boolean().default(SEED_SPLIT.stratify),
    })
    .default(SEED_SPLIT),
  /** Names by class number, for labels that are numbers. */
  classNames: z.array(z.string().min(1).max(CANONICAL_LIMITS.maxClassNameLength)).min(2).optional(),
  /** Neither the source nor the data set may be larger, whatever an archive unpacks to. */
  maxBytes: z
    .int()
    .positive()
    .default(4 * 2 ** 30),
})
/** Options as a caller gives them. */
export type ImportOptions = z.input<typeof importOptionsSchema>
/** Options with all defaults. */
export type CompleteImportOptions = z.output<typeof importOptionsSchema>

/** How far an import is. */
export interface ImportProgress {
  readonly step: 'unpacking' | 'reading' | 'writing'
  /** Images so far, or bytes while unpacking. */
  readonly done: number
  /** How many there will be, if that is known. */
  readonly total?: number | undefined
}

/** What an import tells, and what stops it. */
export interface ImportControl {
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}
