import { mkdtemp, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { DATASET_NAMES, type Dataset, isBuiltIn, OWN_DATASET_NAME } from '@sweepd/core'
import type { ImportOptions, ImportProgress } from '@sweepd/dataset'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { CliError } from '../cli-error.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import type { Finish } from '../program.js'
import { formatBytes, renderDataset, renderDatasets } from '../render/dataset-page.js'
import { listenForStop } from '../terminal/stop-signals.js'
import { type CommandContext, connect, reply } from './context.js'

/** Its decoders are native libraries: no other command waits for them when it starts. */
const loadImporter = () => import('@sweepd/dataset')

/** `sweepd data`: images of one's own. */
export function addDataCommands(program: Command, createContext: () => CommandContext, finish: Finish): void {
  const data = program.command('data').description('your own images: add, list, show, remove data sets')
  data
    .command('add')
    .description('check and split images, and store them for all workers')
    .argument('<name>', 'how sweeps name it: "dataset": "letters"')
    .argument(
      '[path]',
      'a folder or archive of pictures with a folder for each class; idx, npz, npy or csv files; may be left out for mnist, kmnist and cifar-10, which are downloaded',
    )
    .addOption(
      new Option('--shape <HxW>', 'of images that come as rows of numbers: 28x28 or 28x28x3').argParser(
        parseShape,
      ),
    )
    .addOption(new Option('--resize <HxW>', 'give all images one size, such as 32x32').argParser(parseSides))
    .addOption(
      new Option('--resize-mode <mode>', 'fit stretches, crop fills and cuts off, pad shows all on black')
        .choices(['fit', 'crop', 'pad'])
        .default('fit'),
    )
    .option('--grey', 'one channel instead of three', false)
    .option('--strict', 'refuse what is otherwise a warning, such as images that are in two splits', false)
    .addOption(
      new Option('--seed <n>', 'draws validation and test images if none are given').argParser(parseSeed),
    )
    .addOption(
      new Option('--validation-share <share>', 'of the images that are not for test').argParser(parseShare),
    )
    .addOption(
      new Option('--test-share <share>', 'of the images that are not for validation').argParser(parseShare),
    )
    .option('--stratify', 'draw the same share of each class')
    .addOption(
      new Option('--class-names <a,b,…>', 'by class number, for labels that are numbers').argParser(
        (text: string) => text.split(',').map((name) => name.trim()),
      ),
    )
    .action(async (name: string, path: string | undefined, options: AddOptions) =>
      finish(await addData(name, path, options, createContext())),
    )
  data
    .command('list')
    .description('list the data sets in every version')
    .action(async () => finish(await listData(createContext())))
  data
    .command('show')
    .description('print what is known of a data set: counts, shape, checks, versions')
    .argument('<name>', 'letters for its newest version, or letters@2')
    .action(async (name: string) => finish(await showData(name, createContext())))
  data
    .command('remove')
    .description('remove a data set, or one version of it; not while a sweep trains on it')
    .argument('<name>', 'letters for all of its versions, or letters@2')
    .action(async (name: string) => finish(await removeData(name, createContext())))
}

interface AddOptions {
  readonly shape?: [number, number] | [number, number, number]
  readonly resize?: [number, number]
  readonly resizeMode: 'fit' | 'crop' | 'pad'
  readonly grey: boolean
  readonly strict: boolean
  readonly seed?: number
  readonly validationShare?: number
  readonly testShare?: number
  readonly stratify?: boolean
  readonly classNames?: string[]
}

async function addData(
  name: string,
  path: string | undefined,
  options: AddOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const { env, terminal } = context
  // The service refuses the name as well, but only after the import.
  if (!OWN_DATASET_NAME.test(name) || isBuiltIn(name))
    throw new CliError(
      `${name} cannot be the name of a data set: it is 1 to 64 letters, digits, points, hyphens and underscores, begins with a letter or digit, and is not one of those that are built in (${DATASET_NAMES.join(', ')}).`,
    )
  const client = connect(context)
  // Whoever has no service running learns it before the import, which may take a minute.
  await client.listDatasets()
  const { DatasetError, importDataset, readCanonical } = await loadImporter()
  const signals = listenForStop()
  const work = await createWorkFolder(env.SWEEPD_DATA_DIR)
  try {
    const target = join(work, 'imported')
    const given =
      path === undefined
        ? await fetchKnown(name, context, signals.stop)
        : { source: resolve(env.workingDir, path), options: {} }
    const onProgress = (progress: ImportProgress) => terminal.draw([describeProgress(path ?? name, progress)])
    await importDataset(given.source, { ...given.options, ...toImportOptions(options) }, target, {
      signal: signals.stop,
      onProgress,
    })
    const local = await readCanonical(target)
    try {
      const pieces = countPieces(local.readAll(), local.layout.sizeBytes, (line) => terminal.draw([line]))
      const dataset = await client.addDataset(
        name,
        { manifest: local.manifest, pieces },
        { signal: signals.stop },
      )
      terminal.erase()
      return reply(context, dataset, () => [
        ...renderDataset(dataset, terminal),
        '',
        ...describeUse(dataset, env.SWEEPD_URL),
      ])
    } finally {
      await local.close()
    }
  } catch (error) {
    terminal.erase()
    if (signals.stop.aborted) {
      terminal.print('Stopped. Nothing was stored.')
      return EXIT.interrupted
    }
    if (error instanceof DatasetError) throw new CliError(error.message, { cause: error })
    throw error
  } finally {
    signals.dispose()
    await rm(work, { recursive: true, force: true })
  }
}

/** Downloads a well-known data set into the data folder, or finds its files there. */
async function fetchKnown(name: string, { env, terminal }: CommandContext, signal: AbortSignal) {
  const { DatasetError, fetchKnownDataset, KNOWN_DATASETS } = await loadImporter()
  if (!isKnown(name, KNOWN_DATASETS))
    throw new CliError(
      `The path of the images is missing: npx sweepd data add ${name} PATH. Only ${Object.keys(KNOWN_DATASETS).join(', ')} can be added without one.`,
    )
  try {
    return await fetchKnownDataset(name, join(env.SWEEPD_DATA_DIR, 'known', name), {
      signal,
      onProgress: (message) => terminal.draw([message]),
    })
  } catch (error) {
    if (!(error instanceof DatasetError) || error.code !== 'dataset-unreachable') throw error
    throw new CliError(
      `${error.message} Or download its files on another machine, copy them here, and name their folder: npx sweepd data add ${name} PATH --class-names ${KNOWN_DATASETS[name].classNames.join(',')}`,
      { cause: error },
    )
  }
}

const isKnown = <Known extends object>(name: string, known: Known): name is string & keyof Known =>
  Object.hasOwn(known, name)

async function createWorkFolder(dataDir: string): Promise<string> {
  const { createFolder } = await import('@sweepd/process')
  await createFolder(dataDir)
  return mkdtemp(join(dataDir, 'import-'))
}

function toImportOptions(options: AddOptions): ImportOptions {
  const { shape, resize, resizeMode, grey, strict, classNames, ...others } = options
  const { seed, validationShare, testShare, stratify } = others
  return {
    grey,
    strict,
    split: {
      ...(seed !== undefined && { seed }),
      ...(validationShare !== undefined && { validationShare }),
      ...(testShare !== undefined && { testShare }),
      ...(stratify !== undefined && { stratify }),
    },
    ...(shape && { shape }),
    ...(resize && { resize: { height: resize[0], width: resize[1], mode: resizeMode } }),
    ...(classNames && { classNames }),
  }
}

const describeUse = ({ name, version }: Dataset, url: string): string[] => [
  `Look at it first: ${url}/datasets/${name}@${version}/sheet.png`,
  `Sweeps train on it with "dataset": "${name}", or "${name}@${version}" for exactly this version.`,
]

function describeProgress(path: string, { step, done, total }: ImportProgress): string {
  const of = total === undefined ? '' : ` of ${total.toLocaleString('en')}`
  const what = step === 'unpacking' ? formatBytes(done) : `${done.toLocaleString('en')}${of} images`
  return `${step} ${path}: ${what}`
}

async function* countPieces(
  pieces: AsyncIterable<Uint8Array>,
  sizeBytes: number,
  tell: (line: string) => void,
): AsyncGenerator<Uint8Array> {
  let sent = 0
  for await (const piece of pieces) {
    yield piece
    sent += piece.length
    tell(`sending: ${formatBytes(sent)} of ${formatBytes(sizeBytes)}`)
  }
}

async function listData(context: CommandContext): Promise<ExitCode> {
  const list = await connect(context).listDatasets()
  return reply(context, list, () =>
    list.items.length === 0
      ? ['There are no data sets but those that are built in. Add yours: npx sweepd data add NAME PATH']
      : renderDatasets(list.items, context.terminal),
  )
}

async function showData(name: string, context: CommandContext): Promise<ExitCode> {
  const dataset = await connect(context).getDataset(name)
  return reply(context, dataset, () => [
    ...renderDataset(dataset, context.terminal),
    '',
    ...describeUse(dataset, context.env.SWEEPD_URL),
  ])
}

async function removeData(name: string, context: CommandContext): Promise<ExitCode> {
  await connect(context).removeDataset(name)
  return reply(context, { removed: name }, () => [`The data set ${name} is removed.`])
}

function parseSides(text: string): [number, number] {
  const [, height, width] = /^(\d{1,3})x(\d{1,3})$/.exec(text) ?? []
  if (height === undefined || width === undefined)
    throw new InvalidArgumentError('It is height and width in pixels, such as 28x28.')
  return [Number(height), Number(width)]
}

function parseShape(text: string): [number, number] | [number, number, number] {
  const [, sides = text, channels] = /^(\d+x\d+)x([1-4])$/.exec(text) ?? []
  return channels === undefined ? parseSides(sides) : [...parseSides(sides), Number(channels)]
}

function parseSeed(text: string): number {
  if (/^\d{1,10}$/.test(text) && Number(text) < 2 ** 32) return Number(text)
  throw new InvalidArgumentError('It is a whole number from 0 to 4294967295.')
}

function parseShare(text: string): number {
  const share = Number(text)
  if (/^[\d.]+$/.test(text) && share > 0 && share < 1) return share
  throw new InvalidArgumentError('It is a number between 0 and 1, such as 0.2.')
}
