/** Loads the small Fashion-MNIST into the data folder argv[2] from the mirror argv[3]; started by a test. */
import { loadFashionMnist } from '../src/fashion-mnist/load-fashion-mnist.js'
import { createOrigin, createSmallFashionMnist } from './small-fashion-mnist.js'

const [, , dataDir = '', mirror = ''] = process.argv
const origin = createOrigin(createSmallFashionMnist(), { mirrors: [mirror] })
const dataset = await loadFashionMnist({ dataDir }, {}, origin)
process.stdout.write(String(dataset.train.size))
