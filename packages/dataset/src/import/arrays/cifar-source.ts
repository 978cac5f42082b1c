import { readFile } from '../files/byte-reader.js'
import type { SourceFile } from '../files/source-file.js'
import { invalidSource } from '../invalid-source.js'
import { fitPixels } from '../pictures/fit-pixels.js'
import type { ReadContext, SourceFacts } from '../source-reader.js'
import { interleave } from './image-array.js'

const BATCH_NAME = /(^|\/)(data_batch_\d|test_batch)\.bin$/
const SIDE = 32
const CHANNELS = 3
const PIXELS = SIDE * SIDE * CHANNELS
/** A label of one byte, then the red, the green and the blue plane. */
const RECORD_BYTES = 1 + PIXELS

/** Whether a file is a part of CIFAR-10's binary version. */
export const isCifarBatch = ({ path }: SourceFile) => BATCH_NAME.test(path)

/**
 * Reads the binary version of CIFAR-10 (https://www.cs.toronto.edu/~kriz/cifar.html).
 * @throws DatasetError naming the file that is truncated.
 */
export async function readCifar(context: ReadContext): Promise<SourceFacts> {
  const { tree, files, options, spool, signal, onProgress } = context
  for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const split = file.path.endsWith('test_batch.bin') ? 'test' : 'train'
    spool.beginPart(file.path)
    await readFile(tree.name, file, async (reader) => {
      for (let done = 0; done < file.sizeBytes; done += RECORD_BYTES) {
        signal?.throwIfAborted()
        const record = await reader.read(RECORD_BYTES)
        if (record.length < RECORD_BYTES)
          throw invalidSource(`${tree.name}/${file.path}`, 'it is truncated within an image.')
        const pixels = interleave(record.subarray(1), CHANNELS)
        const image = await fitPixels({ pixels, height: SIDE, width: SIDE, channels: CHANNELS }, options)
        await spool.add({ split, label: record[0] ?? 0, ...image })
        if (spool.size % 1000 === 0) onProgress?.({ step: 'reading', done: spool.size })
      }
    })
  }
  const names = tree.files.find(({ path }) => path.endsWith('batches.meta.txt'))
  const classNames = (await names?.read())
    ?.toString('utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return { notes: [], ...(classNames && classNames.length >= 2 ? { classNames } : {}) }
}
