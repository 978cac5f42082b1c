// In the images' build: takes the development dependencies out of every manifest and out of the lock file. "npm ci
// --omit=dev" alone is not enough: it takes our own packages that others use in development only for dependencies of the
// whole, and installs what those need (vitest, testcontainers).
import { globSync, readFileSync, writeFileSync } from 'node:fs'

function rewrite(file, change) {
  const content = JSON.parse(readFileSync(file, 'utf8'))
  change(content)
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`)
}

const drop = (manifest) => {
  delete manifest.devDependencies
}
const manifests = ['package.json', ...globSync(['packages/*/package.json', 'apps/*/package.json'])]
for (const file of manifests) rewrite(file, drop)
rewrite('package-lock.json', ({ packages }) => {
  for (const [folder, manifest] of Object.entries(packages))
    if (!folder.includes('node_modules')) drop(manifest)
})
