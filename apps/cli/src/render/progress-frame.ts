import type { Sweep } from '@sweepd/core'
import { countPlanned, isEnded, TRIAL_STATES } from '@sweepd/core'
import type { Paint } from '../terminal/paint.js'
import { type Column, fitColumns, joinColumns, joinWithin, totalWidth } from './columns.js'
import { formatDuration, formatMetric } from './numbers.js'
import { toPlainLine, truncate, wrapWords } from './text.js'

const BAR = { min: 8, max: 30 }
/** Below this width a bar would cost more than it tells. */
const MIN_WIDTH_WITH_BAR = 40
/** Lines of a frame that are neither trials nor notice, and the one that the cursor stands on. */
const OTHER_LINES = 4
const MAX_NOTICE_LINES = 4

/** What a frame shows of one running trial. */
export interface RunningTrial {
  readonly number: number
  /** The varied hyperparameters, in short. */
  readonly point: string
  readonly epochsDone: number
  readonly epochs: number
  readonly loss: number | null
  readonly valAcc: number | null
  /** From 0 to 1; an estimate within the epoch. */
  readonly share: number
  /** Milliseconds; null while unknown. */
  readonly etaMs: number | null
  /** Milliseconds since the trial first started. */
  readonly elapsedMs: number
}

/** What a frame shows. */
export interface ProgressFrame {
  readonly sweep: Pick<Sweep, 'name' | 'state' | 'trialCounts' | 'accounting' | 'progress' | 'etaMs'>
  readonly running: readonly RunningTrial[]
  /** Something that the person should know now: that the API does not answer, or why nothing is running. */
  readonly notice?: string | undefined
}

/** A frame as lines, none of which is wider than the terminal, and not more than its height. */
export function renderProgressFrame(
  { sweep, running, notice }: ProgressFrame,
  { width, height, paint }: { width: number; height: number; paint: Paint },
): string[] {
  const noticeLines = notice === undefined ? [] : wrapNotice(notice, width)
  const room = Math.max(1, height - OTHER_LINES - Math.max(1, noticeLines.length))
  const shown = running.slice(0, running.length > room ? room - 1 : room)
  const hidden = running.length - shown.length
  return [
    '',
    ...renderTrialLines(shown, width, paint),
    ...(hidden > 0 ? [paint('dim', truncate(`… and ${hidden} more running trials`, width))] : []),
    ...renderOverallLine(sweep, width, paint),
    ...noticeLines.map((line) => paint('yellow', line)),
  ]
}

function wrapNotice(notice: string, width: number): string[] {
  const lines = wrapWords(toPlainLine(notice), width)
  const rest = lines.slice(MAX_NOTICE_LINES - 1).join(' ')
  return lines.length <= MAX_NOTICE_LINES
    ? lines
    : [...lines.slice(0, MAX_NOTICE_LINES - 1), truncate(rest, width)]
}

function renderTrialLines(trials: readonly RunningTrial[], width: number, paint: Paint): string[] {
  if (trials.length === 0) return []
  const pointWidth = Math.max(12, Math.floor(width * 0.4))
  const text = (show: (trial: RunningTrial) => string) => trials.map(show)
  const lead: Column[] = [
    { cells: text(({ number }) => `#${number}`), align: 'right', style: 'dim' },
    { cells: text(({ point }) => truncate(point, pointWidth)), dropRank: 4 },
  ]
  const numbers: Column[] = [
    { cells: text(({ epochsDone, epochs }) => `epoch ${epochsDone}/${epochs}`), align: 'right', dropRank: 5 },
    { cells: text(({ loss }) => `loss ${formatMetric(loss)}`), dropRank: 1 },
    { cells: text(({ valAcc }) => `val_acc ${formatMetric(valAcc)}`), dropRank: 3, style: 'bold' },
    { cells: text(formatTime), dropRank: 2, align: 'right', style: 'dim' },
  ]
  return joinWithBars({ lead, numbers, shares: trials.map(({ share }) => share) }, width, paint)
}

interface BarLines {
  readonly lead: readonly Column[]
  readonly numbers: readonly Column[]
  readonly shares: readonly number[]
}

/** The bar stands between the two groups and takes the room that is left. */
function joinWithBars({ lead, numbers, shares }: BarLines, width: number, paint: Paint): string[] {
  if (width < MIN_WIDTH_WITH_BAR) return joinWithin([...lead, ...numbers], width, paint)
  const fitting = fitColumns([...lead, ...numbers], width - BAR.min - 2)
  const barWidth = Math.min(BAR.max, width - totalWidth(fitting) - 2)
  const bar: Column = { cells: shares.map((share) => renderBar(share, barWidth)), style: 'cyan' }
  const at = fitting.filter((column) => lead.includes(column)).length
  return joinColumns(barWidth < BAR.min ? fitting : fitting.toSpliced(at, 0, bar), paint)
}

function renderOverallLine(sweep: ProgressFrame['sweep'], width: number, paint: Paint): string[] {
  const { failed, pruned } = sweep.trialCounts
  const ended = countEnded(sweep)
  const lead: Column[] = [{ cells: ['all'], style: 'bold' }]
  const numbers: Column[] = [
    { cells: [`${ended}/${countPlanned(sweep)} trials`] },
    ...(failed > 0 ? [{ cells: [`${failed} failed`], style: 'red' as const, dropRank: 3 }] : []),
    ...(pruned > 0 ? [{ cells: [`${pruned} pruned`], style: 'yellow' as const, dropRank: 4 }] : []),
    ...(sweep.state === 'running' ? [] : [{ cells: [sweep.state], style: 'yellow' as const, dropRank: 2 }]),
    { cells: [formatEta(sweep.etaMs)], dropRank: 1, style: 'dim' },
  ]
  return joinWithBars({ lead, numbers, shares: [sweep.progress] }, width, paint)
}

const countEnded = ({ trialCounts }: ProgressFrame['sweep']): number =>
  TRIAL_STATES.filter(isEnded).reduce((sum, state) => sum + trialCounts[state], 0)

/** While nothing can be estimated, the elapsed time shows that something is happening. */
const formatTime = ({ etaMs, elapsedMs }: RunningTrial): string =>
  etaMs === null ? `${formatDuration(elapsedMs)} so far` : formatEta(etaMs)

const formatEta = (etaMs: number | null): string => (etaMs === null ? '' : `${formatDuration(etaMs)} left`)

/** A share from 0 to 1 as a bar of this many characters. It is full only if the share is. */
export function renderBar(share: number, width: number): string {
  const filled = Math.min(width, Math.max(0, Math.floor(share * width + 1e-9)))
  return '█'.repeat(filled) + '░'.repeat(width - filled)
}
