/** One line of a chart. */
export interface Line {
  readonly name: string
  readonly values: readonly number[]
}

/** A chart of several lines. */
export interface Chart {
  readonly title: string
  readonly lines: readonly Line[]
}

const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM] = [360, 230, 46, 30, 30]
const COLUMNS = 2
const COLOURS: Readonly<Record<string, string>> = {
  sobol: '#7f7f7f',
  tpe: '#1f77b4',
  gp: '#d62728',
  auto: '#2ca02c',
  'Optuna TPE': '#17becf',
  'Optuna GP': '#ff7f0e',
}

/** Charts of median regret, on a log axis, by trial: as an SVG picture. */
export function drawCharts(charts: readonly Chart[]): string {
  const rows = Math.ceil(charts.length / COLUMNS)
  const names = [...new Set(charts.flatMap(({ lines }) => lines.map(({ name }) => name)))]
  const [width, height] = [COLUMNS * WIDTH, rows * HEIGHT + 30]
  const parts = charts.map((chart, index) =>
    drawChart(chart, (index % COLUMNS) * WIDTH, Math.floor(index / COLUMNS) * HEIGHT),
  )
  const legend = names.map((name, index) => {
    const x = 20 + index * 110
    const y = rows * HEIGHT + 18
    return `<path d="M${x} ${y - 4}h18" stroke="${COLOURS[name] ?? '#000'}" stroke-width="2"/><text x="${x + 23}" y="${y}">${name}</text>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11" fill="#333">`,
    '<title>Median regret by trial</title>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...parts,
    ...legend,
    '</svg>',
    '',
  ].join('\n')
}

function drawChart({ title, lines }: Chart, x: number, y: number): string {
  const positive = lines.flatMap(({ values }) => values.filter((value) => value > 0))
  const low = Math.floor(Math.log10(Math.min(...positive)))
  const high = Math.ceil(Math.log10(Math.max(...positive)))
  const trials = Math.max(...lines.map(({ values }) => values.length))
  const [bottom, right] = [y + HEIGHT - BOTTOM, x + WIDTH - 14]
  const place = (trial: number) => x + LEFT + ((right - x - LEFT) * trial) / (trials - 1)
  const level = (value: number) => {
    const share = (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)
    return bottom - (bottom - y - TOP) * share
  }
  const step = Math.max(1, Math.ceil((high - low) / 5))
  const ticks = Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, index) => low + index * step)
  const grid = ticks.map(
    (power) =>
      `<path d="M${x + LEFT} ${level(10 ** power).toFixed(1)}H${right}" stroke="#ddd"/><text x="${x + LEFT - 5}" y="${(level(10 ** power) + 4).toFixed(1)}" text-anchor="end">1e${power}</text>`,
  )
  const paths = lines.map(({ name, values }) => {
    const points = values.map((value, index) =>
      Number.isFinite(value) ? `${place(index).toFixed(1)},${level(value).toFixed(1)}` : '',
    )
    return `<polyline points="${points.filter((point) => point !== '').join(' ')}" fill="none" stroke="${COLOURS[name] ?? '#000'}" stroke-width="1.5"/>`
  })
  const labels = [
    `<text x="${x + LEFT}" y="${y + 20}" font-weight="bold">${title}</text>`,
    `<text x="${x + LEFT}" y="${bottom + 15}">1</text>`,
    `<text x="${right}" y="${bottom + 15}" text-anchor="end">${trials} trials</text>`,
  ]
  return [...labels, ...grid, ...paths].join('\n')
}
