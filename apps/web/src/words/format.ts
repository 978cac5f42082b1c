import type { MetricName } from '@sweepd/core'

const counts = new Intl.NumberFormat('en')

/** `12,480`. */
export const formatCount = (count: number): string => counts.format(count)

/** `1 trial`, `12 trials`. */
export const formatNumberOf = (count: number, noun: string): string =>
  `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`

/** `37 %`; 0 and 100 only if it is exactly so. */
export function formatShare(share: number): string {
  const percent = Math.round(share * 100)
  return `${share > 0 && share < 1 ? Math.min(99, Math.max(1, percent)) : percent} %`
}

/** Milliseconds as `840 ms`, `12.4 s`, `3 min 20 s`, `2 h 05 min`, `3 d 4 h`. */
export function formatDuration(ms: number | null): string {
  if (ms === null) return '–'
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  const [minutes, hours] = [Math.floor(whole / 60), Math.floor(whole / 3600)]
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** Four decimals for what is near one, four digits for the rest. */
export function formatMetric(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  if (Math.abs(value) >= 0.001 && Math.abs(value) < 100) return value.toFixed(4)
  return Number(value.toPrecision(4)).toString()
}

/** A value of a hyperparameter as it is written in a definition, short. */
export function formatValue(value: unknown): string {
  if (typeof value === 'number') return formatNumber(value)
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(formatValue).join(', ')
  if (value === null) return 'none'
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, part]) => `${name} ${formatValue(part)}`)
      .join(', ')
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return String(value)
}

/** At most four digits, without zeros at the end: 0.0003162, 1e-8. */
export const formatNumber = (value: number): string => {
  const rounded = Number(value.toPrecision(4))
  return Math.abs(rounded) >= 10_000 && Number.isInteger(rounded) ? formatCount(rounded) : String(rounded)
}

const times = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })

/** `25 Nov 2026, 05:02:06` in the time zone of the reader. */
export const formatTime = (iso: string | null): string => (iso === null ? '–' : times.format(new Date(iso)))

/** `just now`, `3 min ago`, as of `now` in milliseconds. */
export function formatAge(iso: string, now: number): string {
  const ms = Math.max(0, now - Date.parse(iso))
  if (ms < 5000) return 'just now'
  if (ms < 60_000) return `${Math.round(ms / 1000)} s ago`
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min ago`
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h ago`
  return `${Math.round(ms / 86_400_000)} days ago`
}

/** A time on an axis in seconds, without what is zero: `0 s`, `45 s`, `1 min`, `1 min 30 s`, `2 h 5 min`. */
export function formatElapsed(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [Number((seconds % 60).toPrecision(3)), 's'],
  ] as const
  const present = parts.filter(([count]) => count > 0).slice(0, 2)
  return present.length === 0 ? '0 s' : present.map(([count, unit]) => `${count} ${unit}`).join(' ')
}

const METRIC_WORDS: Readonly<Record<MetricName, string>> = {
  loss: 'training loss',
  acc: 'training accuracy',
  val_loss: 'validation loss',
  val_acc: 'validation accuracy',
  test_loss: 'test loss',
  test_acc: 'test accuracy',
}

/** A metric in words. */
export const metricWords = (metric: MetricName): string => METRIC_WORDS[metric]

/** Whether a larger value of the metric is better. */
export const isMaximized = ({ direction }: { readonly direction: 'maximize' | 'minimize' }): boolean =>
  direction === 'maximize'
