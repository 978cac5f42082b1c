import type { SplitName } from '../canonical/manifest.js'
import type { Spool } from './spool.js'

/** An image that came earlier and has the same pixels. */
export interface EarlierImage {
  readonly image: number
  readonly split: SplitName
}

const SPLIT_CODES = ['train', 'validation', 'test'] as const

/**
 * Finds images with equal pixels by their hashes: an open hash table over typed arrays, because a Map of a million
 * texts takes a hundred megabytes.
 */
export class DuplicateTable {
  /** Image + 1, or 0 where nothing is. */
  private readonly slots: Uint32Array
  private readonly splits: Uint8Array

  constructor(private readonly spool: Spool) {
    const size = 2 ** Math.ceil(Math.log2(2 * spool.size + 2))
    this.slots = new Uint32Array(size)
    this.splits = new Uint8Array(size)
  }

  /** Adds an image; returns the first one with the same pixels, if there is one. */
  add(image: number, split: SplitName): EarlierImage | undefined {
    const hash = this.spool.hashOf(image)
    const mask = this.slots.length - 1
    for (let slot = hash.readUInt32LE(0) & mask; ; slot = (slot + 1) & mask) {
      const found = this.slots[slot] ?? 0
      if (found === 0) {
        this.slots[slot] = image + 1
        this.splits[slot] = SPLIT_CODES.indexOf(split)
        return undefined
      }
      if (this.spool.hashOf(found - 1).equals(hash))
        return { image: found - 1, split: SPLIT_CODES[this.splits[slot] ?? 0] ?? 'train' }
    }
  }
}
