import { createHash, type Hash } from 'node:crypto'
import { z } from 'zod'

/** The three parts of every data set, in the order in which `data.bin` holds them. */
export const SPLIT_NAMES = ['train', 'validation', 'test'] as const
/** One of the three parts of a data set. */
export type SplitName = (typeof SPLIT_NAMES)[number]

/** What a canonical data set may hold: sides in pixels, counts otherwise. */
export const CANONICAL_LIMITS = {
  minSide: 8,
  maxSide: 256,
  maxChannels: 4,
  minClasses: 2,
  maxClasses: 1000,
  maxClassNameLength: 200,
} as const

const { minSide, maxSide, maxChannels, minClasses, maxClasses, maxClassNameLength } = CANONICAL_LIMITS
const count = z.int().nonnegative()
const side = z.int().min(minSide).max(maxSide)
const perChannel = z.array(z.number().nonnegative()).min(1).max(maxChannels)

const datasetCheckSchema = z.object({
  /** Which check, such as `leakage`. */
  code: z.string().min(1),
  /** A warning is refused by `strict`; a note is only told. */
  severity: z.enum(['note', 'warning']),
  /** How many images (or classes, if the code speaks of classes) it concerns. */
  count,
  /** One sentence for a person, with an example if there is one. */
  detail: z.string(),
})
/** Something that the import found and a person should know. */
export type DatasetCheck = z.infer<typeof datasetCheckSchema>

const splitSchema = z.object({ images: z.int().positive(), perClass: z.array(count) })

/** `manifest.json` of a canonical data set. */
export const canonicalManifestSchema = z
  .object({
    format: z.literal(1),
    height: side,
    width: side,
    channels: z.int().min(1).max(maxChannels),
    /** By class number. */
    classNames: z.array(z.string().min(1).max(maxClassNameLength)).min(minClasses).max(maxClasses),
    splits: z.object({ train: splitSchema, validation: splitSchema, test: splitSchema }),
    /** Of the training pixels, scaled to 0 … 1, by channel. */
    mean: perChannel,
    /** Standard deviation of the same. */
    deviation: perChannel,
    checks: z.array(datasetCheckSchema),
    /** SHA-256 (hex) of shape, class names, sizes of the splits, and the bytes of `data.bin`. */
    digest: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .superRefine((manifest, context) => {
    const refuse = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: 'custom', path, message })
    const { classNames, channels } = manifest
    if (new Set(classNames).size < classNames.length) refuse(['classNames'], 'two classes have the same name')
    for (const field of ['mean', 'deviation'] as const)
      if (manifest[field].length !== channels) refuse([field], `it must have ${channels} numbers`)
    for (const name of SPLIT_NAMES) {
      const { images, perClass } = manifest.splits[name]
      if (perClass.length !== classNames.length || perClass.reduce((sum, value) => sum + value, 0) !== images)
        refuse(['splits', name, 'perClass'], `it must count ${images} images of ${classNames.length} classes`)
    }
  })
/** What is known of a canonical data set without its pixels. */
export type CanonicalManifest = z.infer<typeof canonicalManifestSchema>

/** Shape, names and sizes: all that must be known to find an image in `data.bin`. */
export interface CanonicalShape {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly classNames: readonly string[]
  /** Count of images by split. */
  readonly sizes: Readonly<Record<SplitName, number>>
}

/** The shape of a data set by its manifest. */
export const shapeOf = ({
  height,
  width,
  channels,
  classNames,
  splits,
}: CanonicalManifest): CanonicalShape => ({
  height,
  width,
  channels,
  classNames,
  sizes: {
    train: splits.train.images,
    validation: splits.validation.images,
    test: splits.test.images,
  },
})

/** Where one split lies in `data.bin`, in bytes. */
interface SplitLayout {
  readonly images: number
  readonly imagesOffset: number
  readonly labelsOffset: number
}

/** Where everything lies in `data.bin`: `imageBytes` is the size of one image. */
export interface CanonicalLayout extends Readonly<Record<SplitName, SplitLayout>> {
  readonly imageBytes: number
  readonly sizeBytes: number
}

/** Bytes of one label. */
export const LABEL_BYTES = 2

/** Where images and labels lie in `data.bin`. */
export function layoutOf({
  height,
  width,
  channels,
  sizes,
}: Omit<CanonicalShape, 'classNames'>): CanonicalLayout {
  const imageBytes = height * width * channels
  let offset = 0
  const place = (images: number): SplitLayout => {
    const imagesOffset = offset
    const labelsOffset = imagesOffset + images * imageBytes
    offset = labelsOffset + images * LABEL_BYTES
    return { images, imagesOffset, labelsOffset }
  }
  const splits = { train: place(sizes.train), validation: place(sizes.validation), test: place(sizes.test) }
  return { ...splits, imageBytes, sizeBytes: offset }
}

/** The digest of a data set, before the bytes of its `data.bin` are added. */
export function startDigest({ height, width, channels, classNames, sizes }: CanonicalShape): Hash {
  const { train, validation, test } = sizes
  // Keys in alphabetical order: the canonical JSON, the same on every machine.
  const text = JSON.stringify({ channels, classNames, height, sizes: { test, train, validation }, width })
  return createHash('sha256').update(text)
}
