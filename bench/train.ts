// npm run bench:train [-- --peers | --pair | --compile | --memory] [--network NAME]… [--rounds N]
// Milliseconds per training step and images per second of one core. With --peers PyTorch and Keras take turns with us in
// the same run, so that all see the same machine: these machines change their speed by a factor of two within minutes.
import { availableParallelism, cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { prepareTensors } from '@sweepd/model'
import { compare } from './compare.js'
import { measureCompilation } from './compile.js'
import { measureMemory } from './memory.js'
import { NETWORKS } from './networks.js'
import { measurePair } from './pair.js'

const { values } = parseArgs({
  options: {
    peers: { type: 'boolean', default: false },
    pair: { type: 'boolean' },
    compile: { type: 'boolean' },
    memory: { type: 'boolean' },
    network: { type: 'string', multiple: true, default: Object.keys(NETWORKS) },
    rounds: { type: 'string' },
  },
})
const { network: names } = values
const unknown = names.find((name) => !Object.hasOwn(NETWORKS, name))
if (unknown !== undefined)
  throw new Error(`There is no network ${unknown}; there are ${Object.keys(NETWORKS).join(', ')}.`)
const roundsOr = (usual: number) => Number(values.rounds ?? usual)

await prepareTensors()
const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
console.log(`${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${memory}, Node ${process.version}`)
if (values.pair) await measurePair(names, roundsOr(5))
else if (values.compile) await measureCompilation(names, roundsOr(5))
else if (values.memory) await measureMemory(names, roundsOr(20))
else await compare(names, roundsOr(9), values.peers)
