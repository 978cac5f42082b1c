import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Env } from '../env.js'
import { type Finding, fault, faultOf, ok, warning } from './finding.js'

/** As package.json asks. */
const OLDEST_NODE = [20, 19] as const
/** A database of 100,000 trials takes about half of it, and so does an engine for a GPU. */
const ENOUGH_BYTES = 2e9
/** Postgres stops when its disk is full. */
const TOO_FEW_BYTES = 200e6

/** Whether this Node is new enough. */
export function checkNode(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])
  return isOld
    ? fault('Node', `${version} is too old`, `Install Node ${OLDEST_NODE.join('.')} or newer.`)
    : ok('Node', version)
}

/** Whether the disk of the data folder has room; the folder may not exist yet. */
export async function checkDisk({ SWEEPD_DATA_DIR: folder }: Pick<Env, 'SWEEPD_DATA_DIR'>): Promise<Finding> {
  let existing = folder
  while (!existsSync(existing)) existing = dirname(existing)
  const { bavail, bsize } = await statfs(existing)
  const freeBytes = bavail * bsize
  const text = `${(freeBytes / 1e9).toFixed(1)} GB free for ${folder}`
  const remedy = 'Free some space, or point SWEEPD_DATA_DIR to a folder on another disk.'
  if (freeBytes < TOO_FEW_BYTES) return fault('disk', text, remedy)
  return freeBytes < ENOUGH_BYTES ? warning('disk', text, remedy) : ok('disk', text)
}

/** Which engine a worker of this machine trains with; a GPU that it does not use is worth a warning. */
export async function checkEngines({
  SWEEPD_ENGINES_DIR: enginesDir,
}: Pick<Env, 'SWEEPD_ENGINES_DIR'>): Promise<Finding[]> {
  const { listEngines, listGpus, REMEDIES } = await import('@sweepd/model')
  const [engines, gpus] = await Promise.all([listEngines({ enginesDir }), listGpus()])
  const describe = (kind: (typeof engines)[number]['kind']): Finding => {
    const engine = engines.find((each) => each.kind === kind)
    if (engine?.isAvailable)
      return ok('engine', `${kind}: ${engine.version ?? engine.name} on ${engine.device}`)
    return fault(
      'engine',
      `${kind} is unavailable: ${engine?.reason ?? 'unknown'}`,
      toSentence(REMEDIES[kind]),
    )
  }
  const names = gpus.map(({ name }) => name).join(', ')
  const cuda = engines.find(({ kind }) => kind === 'cuda')
  const gpu =
    gpus.length === 0
      ? ok('GPU', 'nvidia-smi tells of none, so that trials train on the CPU')
      : cuda?.isAvailable
        ? ok('GPU', names)
        : warning(
            'GPU',
            `${names}, which CUDA cannot use: ${cuda?.reason ?? 'unknown'}`,
            toSentence(REMEDIES.cuda),
          )
  return [describe('cpu'), ...(cuda?.isAvailable ? [describe('cuda')] : []), gpu]
}

/** Whether the images of Fashion-MNIST are there and whole. Downloads nothing. */
export async function checkData(env: Pick<Env, 'SWEEPD_DATA_DIR' | 'FASHION_MNIST_DIR'>): Promise<Finding> {
  const location = { dataDir: env.SWEEPD_DATA_DIR, fashionMnistDir: env.FASHION_MNIST_DIR }
  if (!isAtHand(env))
    return ok('data', 'Fashion-MNIST is not here yet; the first sweep that needs it downloads 31 MB')
  const { DatasetError, loadDataset } = await import('@sweepd/dataset')
  try {
    const { train, validation, test } = await loadDataset('fashion-mnist', location)
    return ok('data', `Fashion-MNIST, ${train.size} + ${validation.size} + ${test.size} images, all checked`)
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error
    return faultOf('data', error, 'Until then sweeps of "dataset": "synthetic" work.')
  }
}

/** A folder that is configured has to be right; one of our own may still be empty, or half downloaded. */
const isAtHand = ({
  SWEEPD_DATA_DIR,
  FASHION_MNIST_DIR,
}: Pick<Env, 'SWEEPD_DATA_DIR' | 'FASHION_MNIST_DIR'>) =>
  FASHION_MNIST_DIR !== undefined ||
  [
    'train-images-idx3-ubyte',
    'train-labels-idx1-ubyte',
    't10k-images-idx3-ubyte',
    't10k-labels-idx1-ubyte',
  ].every((name) => ['', '.gz'].some((end) => existsSync(`${SWEEPD_DATA_DIR}/fashion-mnist/${name}${end}`)))

const toSentence = (remedy: string) => `${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}.`
