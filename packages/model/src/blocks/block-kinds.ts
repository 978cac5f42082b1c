import type { ReadBlock } from './block.js'
import { readConvBlock } from './conv-block.js'
import { readDenseBlock } from './dense-block.js'
import { readDropoutBlock } from './dropout-block.js'
import { readFlattenBlock } from './flatten-block.js'

/** Every kind of block, each in a file of its own. A new kind is one more file and one more entry. */
export const BLOCK_KINDS: readonly ReadBlock[] = [
  readConvBlock,
  readFlattenBlock,
  readDropoutBlock,
  readDenseBlock,
]
