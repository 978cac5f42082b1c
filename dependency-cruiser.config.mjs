// Who may import whom, as ARCHITECTURE.md tells it: npm run imports
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Every allowed edge between our packages. */
const ALLOWED_EDGES = {
  core: [],
  search: ['core'],
  dataset: ['core', 'process'],
  model: ['core'],
  process: [],
  postgres: [],
  embedded: ['core', 'postgres', 'process'],
  client: ['core'],
  scheduler: ['core', 'search'],
  store: ['core', 'scheduler', 'postgres'],
  queue: ['core', 'scheduler', 'postgres'],
  testing: ['core', 'embedded', 'process'],
  api: ['core', 'search', 'scheduler', 'store', 'queue', 'embedded', 'dataset', 'process'],
  worker: ['core', 'search', 'scheduler', 'store', 'queue', 'embedded', 'dataset', 'model', 'process'],
  cli: ['core', 'client', 'dataset', 'embedded', 'process', 'model', 'queue'],
  web: ['core', 'client'],
}

/** What tests may import besides. */
const TEST_EDGES = {
  any: ['testing'],
  store: ['embedded'],
  api: ['client'],
  cli: ['testing'],
  web: ['model'],
}

/** Libraries that one package hides from all others; `testing` starts servers for tests and may look into them. */
const OWNED_LIBRARIES = [
  { name: 'prisma', path: 'node_modules/(prisma|@prisma)/', owners: ['store'] },
  { name: 'queue', path: 'node_modules/(bullmq|ioredis)/', owners: ['queue', 'testing'] },
  { name: 'tensors', path: 'node_modules/(@tensorflow/|onnxruntime-)', owners: ['model'] },
]

const TEST = '(\\.(test|contract)\\.[cm]?[jt]sx?$|^(packages|apps)/[^/]+/test/)'
const root = process.cwd()

/** Folders of our packages by name. */
const packages = Object.fromEntries(
  ['packages', 'apps'].flatMap((group) =>
    existsSync(join(root, group))
      ? readdirSync(join(root, group))
          .filter((name) => existsSync(join(root, group, name, 'package.json')))
          .map((name) => [name, `${group}/${name}`])
      : [],
  ),
)
const faults = Object.entries(packages).flatMap(([name, folder]) => checkPackage(name, folder))
if (faults.length > 0) throw new Error(faults.join('\n'))

/** What dependency-cruiser cannot see: whether the compiler is told of every package that package.json names. */
function checkPackage(name, folder) {
  if (!ALLOWED_EDGES[name]) return [`${folder}: unknown package; add it to ALLOWED_EDGES`]
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  const config = join(root, folder, 'tsconfig.json')
  if (!existsSync(config)) return []
  const references = readFileSync(config, 'utf8')
  return Object.keys(dependencies)
    .filter((dependency) => dependency.startsWith('@sweepd/'))
    .map((dependency) => dependency.slice('@sweepd/'.length))
    .filter((dependency) => !new RegExp(`"path": *"[./]*(packages/)?${dependency}"`).test(references))
    .map((dependency) => `${folder}: ${dependency} is not in the references of tsconfig.json`)
}

const foldersOf = (names) => names.filter((name) => packages[name]).map((name) => packages[name])
const inFolders = (names) => `^(${foldersOf(names).join('|') || 'nowhere'})/`

/** For each package what its sources and what its tests must not import. */
const edgeRules = Object.keys(packages).flatMap((name) => {
  const allowed = [name, ...ALLOWED_EDGES[name]]
  const inTests = [...allowed, ...TEST_EDGES.any, ...(TEST_EDGES[name] ?? [])]
  const rule = (kind, from, allowedNames) => ({
    name: `${name}-${kind}`,
    comment: `${name} may only import ${allowedNames.filter((each) => each !== name).join(', ') || 'no package of ours'}`,
    severity: 'error',
    from,
    to: { path: '^(packages|apps)/', pathNot: inFolders(allowedNames) },
  })
  return [
    rule('edges', { path: inFolders([name]), pathNot: TEST }, allowed),
    rule('test-edges', { path: `${inFolders([name])}.*${TEST}|${inFolders([name])}test/` }, inTests),
  ]
})

const libraryRules = OWNED_LIBRARIES.map(({ name, path, owners }) => ({
  name: `only-${name}`,
  comment: `only ${owners[0]} may import it`,
  severity: 'error',
  from: { path: '^(packages|apps)/', pathNot: inFolders(owners) },
  to: { path },
}))

export default {
  forbidden: [
    ...edgeRules,
    ...libraryRules,
    {
      name: 'no-deep-import',
      comment: 'use what the index of the other package exports',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/', pathNot: TEST },
      to: {
        path: '^(packages|apps)/[^/]+/',
        pathNot: '^(packages|apps)/($2/|[^/]+/dist/index\\.(js|d\\.ts)$)',
      },
    },
    {
      name: 'no-way-through-files',
      comment: 'import the other package by its name',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: { path: '^(packages|apps)/[^/]+/(src|test)/', pathNot: '^(packages|apps)/$2/' },
    },
    {
      name: 'no-unresolvable',
      comment: 'no such file, package or entry of a package',
      severity: 'error',
      from: { path: '^(packages|apps)/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared',
      comment: 'add it to the dependencies of package.json',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: TEST },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['/src/generated/', '\\.turbo/'] },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
}
