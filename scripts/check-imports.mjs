// Who may import whom: runs dependency-cruiser with the rules of dependency-cruiser.config.mjs.
// Usage: node scripts/check-imports.mjs [root folder]

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { ROOT } from './run-command.mjs'

const root = resolve(process.argv[2] ?? ROOT)
const folders = ['packages', 'apps'].flatMap((group) =>
  existsSync(resolve(root, group))
    ? readdirSync(resolve(root, group)).flatMap((name) =>
        ['src', 'test']
          .map((part) => `${group}/${name}/${part}`)
          .filter((each) => existsSync(resolve(root, each))),
      )
    : [],
)
const cruise = resolve(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
const config = resolve(ROOT, 'dependency-cruiser.config.mjs')
const { status } = spawnSync(
  process.execPath,
  [cruise, '--config', config, '--output-type', 'err-long', ...folders],
  {
    cwd: root,
    stdio: 'inherit',
  },
)
process.exitCode = status ?? 1
