/** A line of the chart: one value for each epoch, from the first. */
export interface Curve {
  readonly name: string
  /** In percent. */
  readonly values: readonly number[]
}

/** Pixels. */
const PLOT = { left: 44, top: 16, width: 520, height: 320 }
const SIZE = { width: 780, height: 384 }
const LEGEND_LINE = 20
const TICK_PERCENT = 5
const TICK_EPOCHS = 5

/** Okabe and Ito's colours, which colour-blind people can tell apart, and a grey. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#999999']

/** A line chart of accuracies by epoch, as an SVG document. The legend lists the curves as they end, best first. */
export function renderCurves(curves: readonly Curve[]): string {
  const scale = createScale(curves)
  const coloured = curves.map((curve, index) => ({ ...curve, colour: COLOURS[index % COLOURS.length] ?? '' }))
  const ranked = coloured.toSorted((a, b) => (b.values.at(-1) ?? 0) - (a.values.at(-1) ?? 0))
  const { width, height } = SIZE
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    '<title>Validation accuracy by epoch</title>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...renderAxes(scale),
    ...coloured.map(({ values, colour }) => {
      const points = values.map((value, index) => `${scale.x(index + 1)},${scale.y(value)}`)
      return `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${points.join(' ')}"/>`
    }),
    ...ranked.map(({ name, colour, values }, row) => renderLegend(name, colour, values.at(-1), row)),
    '</svg>',
    '',
  ].join('\n')
}

interface Scale {
  readonly epochs: number
  /** In percent. */
  readonly lowest: number
  readonly highest: number
  x(epoch: number): string
  y(percent: number): string
}

function createScale(curves: readonly Curve[]): Scale {
  const all = curves.flatMap(({ values }) => values)
  const epochs = Math.max(2, ...curves.map(({ values }) => values.length))
  const lowest = Math.floor(Math.min(...all) / TICK_PERCENT) * TICK_PERCENT
  const highest = Math.ceil((Math.max(...all) + 0.01) / TICK_PERCENT) * TICK_PERCENT
  return {
    epochs,
    lowest,
    highest,
    x: (epoch) => (PLOT.left + ((epoch - 1) / (epochs - 1)) * PLOT.width).toFixed(1),
    y: (percent) => (PLOT.top + ((highest - percent) / (highest - lowest)) * PLOT.height).toFixed(1),
  }
}

function renderAxes({ epochs, lowest, highest, x, y }: Scale): string[] {
  const right = PLOT.left + PLOT.width
  const bottom = PLOT.top + PLOT.height
  const percents = range(lowest, highest, TICK_PERCENT)
  const marks = [1, ...range(TICK_EPOCHS, epochs, TICK_EPOCHS)]
  return [
    ...percents.flatMap((percent) => [
      `<line x1="${PLOT.left}" x2="${right}" y1="${y(percent)}" y2="${y(percent)}" stroke="#ddd"/>`,
      `<text x="${PLOT.left - 6}" y="${y(percent)}" text-anchor="end" dominant-baseline="middle">${percent} %</text>`,
    ]),
    ...marks.map((epoch) => `<text x="${x(epoch)}" y="${bottom + 18}" text-anchor="middle">${epoch}</text>`),
    `<text x="${PLOT.left + PLOT.width / 2}" y="${bottom + 36}" text-anchor="middle">epoch</text>`,
  ]
}

function renderLegend(name: string, colour: string, last: number | undefined, row: number): string {
  const left = PLOT.left + PLOT.width + 16
  const y = PLOT.top + 8 + row * LEGEND_LINE
  const text = `${last?.toFixed(2) ?? ''} ${name}`
  return (
    `<line x1="${left}" x2="${left + 16}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2"/>` +
    `<text x="${left + 22}" y="${y}" dominant-baseline="middle">${text}</text>`
  )
}

const range = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step)
