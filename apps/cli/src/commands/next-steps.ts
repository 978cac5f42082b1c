const DEFINITION = { name: 'first', space: { dropout: [0.2, 0.5] }, fixed: { epochs: 2 } }

/** What a person may do after the quickstart; `port` is where `sweepd up` listens. */
export function describeNextSteps(port: number): string[] {
  const url = `http://127.0.0.1:${port}`
  const steps = [
    ['npx sweepd up', 'keeps everything running; then, in a second terminal:'],
    ['npx sweepd run examples/seed-1-kernel-stride.json', '20 epochs of the same'],
    ['npx sweepd run examples/wide-search.json', 'fifty points of a wide search'],
    ['npx sweepd trials', 'the leaderboard of all sweeps'],
  ]
  const width = Math.max(...steps.map(([command = '']) => command.length))
  return [
    '',
    'What next:',
    ...steps.map(([command = '', what]) => `  ${command.padEnd(width)}  ${what}`),
    `The dashboard, while sweepd is up: ${url}/ui/`,
    `The API, to read and to try: ${url}/docs`,
    `  curl ${url}/sweeps -H 'content-type: application/json' \\`,
    `    -d '${JSON.stringify(DEFINITION)}'`,
    `  curl '${url}/trials?sort=val_acc'`,
  ]
}
