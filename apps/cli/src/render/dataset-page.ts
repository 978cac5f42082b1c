import { type Dataset, type DatasetSummary, SPLITS } from '@sweepd/core'
import type { Column } from './columns.js'
import { renderTable, type TableTarget } from './table.js'
import { toPlainLine, truncate, wrapWords } from './text.js'

const MAX_CLASS_NAME = 40
/** A data set of a thousand classes is shown by its first ones. */
const MAX_CLASSES = 30

/** Data sets as a table. */
export function renderDatasets(items: readonly DatasetSummary[], target: TableTarget): string[] {
  const column = (
    head: string,
    show: (item: DatasetSummary) => string,
    layout: Partial<Column> = {},
  ): Column => ({
    cells: [head, ...items.map(show)],
    ...layout,
  })
  const right = { align: 'right' } as const
  return renderTable(
    [
      column('data set', ({ name, version }) => `${name}@${version}`),
      column('images', formatShape, { dropRank: 6 }),
      column('classes', ({ classes }) => String(classes), { ...right, dropRank: 5 }),
      ...SPLITS.map((split, rank) =>
        column(split, ({ images }) => String(images[split]), { ...right, dropRank: 2 + rank }),
      ),
      column('warnings', ({ warnings }) => String(warnings), { ...right, dropRank: 1 }),
      column('size', ({ sizeBytes }) => formatBytes(sizeBytes), { ...right, dropRank: 1 }),
      column('added', ({ createdAt }) => createdAt.slice(0, 16).replace('T', ' '), { dropRank: 0 }),
    ],
    target,
  )
}

/** One data set as a page: what it is, what was found in it, how many images there are of each class. */
export function renderDataset(dataset: Dataset, target: TableTarget): string[] {
  const { name, version, classNames, splits, sizeBytes, checks, versions, digest } = dataset
  const { width, paint } = target
  const total = SPLITS.reduce((sum, split) => sum + splits[split].images, 0)
  const others = versions.filter((each) => each.version !== version).map((each) => `${name}@${each.version}`)
  const facts = [
    `${total} images of ${formatShape(dataset)}`,
    `${classNames.length} classes`,
    formatBytes(sizeBytes),
    `mean ${dataset.mean.map(formatShare).join(' ')}`,
    `deviation ${dataset.deviation.map(formatShare).join(' ')}`,
  ]
  return [
    paint('bold', `Data set ${name}@${version}`),
    ...wrapWords(facts.join(', '), width),
    ...(others.length === 0 ? [] : wrapWords(`Other versions: ${others.join(', ')}`, width)),
    paint('dim', truncate(`sha256 ${digest}`, width)),
    '',
    ...renderTable(createClassColumns(dataset), target),
    ...(classNames.length > MAX_CLASSES
      ? [`The first ${MAX_CLASSES} of ${classNames.length} classes; --json has all.`]
      : []),
    '',
    ...(checks.length === 0 ? ['The checks found nothing.'] : ['Checks']),
    ...checks.flatMap(({ severity, detail }) => {
      const lines = wrapWords(`${severity}: ${toPlainLine(detail)}`, width - 2).map((line) => `  ${line}`)
      return severity === 'warning' ? lines.map((line) => paint('yellow', line)) : lines
    }),
  ]
}

function createClassColumns({ classNames, splits }: Dataset): Column[] {
  const shown = classNames.slice(0, MAX_CLASSES)
  return [
    { cells: ['class', ...shown.map((_, index) => String(index))], align: 'right' },
    { cells: ['name', ...shown.map((name) => truncate(toPlainLine(name), MAX_CLASS_NAME))] },
    ...SPLITS.map(
      (split): Column => ({
        cells: [split, ...shown.map((_, index) => String(splits[split].perClass[index] ?? 0))],
        align: 'right',
      }),
    ),
  ]
}

const formatShape = ({ height, width, channels }: Pick<Dataset, 'height' | 'width' | 'channels'>): string =>
  `${height}×${width}×${channels}`

const formatShare = (share: number): string => share.toFixed(3)

/** A size with its unit. */
export const formatBytes = (bytes: number): string =>
  bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
