// Who may import whom, as ARCHITECTURE.md tells it. Usage: node scripts/check-imports.mjs [root folder]
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** Every allowed edge between our packages. */
const ALLOWED_EDGES = {
  core: [],
  search: ['core'],
  dataset: ['core'],
  model: ['core'],
  postgres: [],
  embedded: ['core', 'postgres'],
  client: ['core'],
  scheduler: ['core', 'search'],
  store: ['core', 'scheduler', 'postgres'],
  queue: ['core', 'scheduler', 'postgres'],
  testing: ['core', 'embedded'],
  api: ['core', 'search', 'scheduler', 'store', 'queue', 'embedded'],
  worker: ['core', 'search', 'scheduler', 'store', 'queue', 'embedded', 'dataset', 'model'],
  cli: ['core', 'client', 'dataset', 'embedded'],
  web: ['core', 'client'],
}

/** What tests may import besides; package.json need not name it, as only the workspace runs tests. */
const TEST_EDGES = { any: ['testing'], api: ['client'] }

/** Entries beside a package's index, for the tests of others. */
const TEST_ENTRIES = ['@sweepd/scheduler/memory']

/** Libraries that one package hides from all others; `testing` starts servers for tests and may look into them. */
const OWNED_LIBRARIES = [
  { pattern: /^(prisma|@prisma\/.*)$/, owners: ['store'] },
  { pattern: /^(bullmq|ioredis)$/, owners: ['queue', 'testing'] },
  { pattern: /^(@tensorflow\/.*|onnxruntime-.*)$/, owners: ['model'] },
]

/** Tests may import these of the root's package.json. */
const TEST_LIBRARIES = ['vitest', 'fast-check']

const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..'))
const packages = ['packages', 'apps'].flatMap(listPackages)
function listPackages(group) {
  const folder = join(root, group)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'package.json')))
    .map((name) => readPackage(join(folder, name)))
}

function readPackage(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const config = join(folder, 'tsconfig.json')
  const references = existsSync(config)
    ? (ts.readConfigFile(config, ts.sys.readFile).config.references ?? [])
    : []
  return {
    name: basename(folder),
    folder,
    dependencies: Object.keys({
      ...manifest.dependencies,
      ...manifest.optionalDependencies,
      ...manifest.peerDependencies,
    }),
    devDependencies: Object.keys(manifest.devDependencies ?? {}),
    references: references.map(({ path }) => basename(path)),
  }
}

function checkPackage(importer) {
  if (!ALLOWED_EDGES[importer.name])
    return [`${relative(root, importer.folder)}: unknown package; add it to ALLOWED_EDGES`]
  return ['src', 'test']
    .flatMap((part) => listSources(join(importer.folder, part)))
    .flatMap(checkFile(importer))
}

function listSources(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => !file.includes('node_modules') && !file.includes(join('src', 'generated')))
}

const isTest = (importer, file) =>
  /\.(test|contract)\.[cm]?[jt]sx?$/.test(file) || file.startsWith(join(importer.folder, 'test'))

const checkFile = (importer) => (file) => {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true)
  return importedFiles
    .map(({ fileName }) => [fileName, findFault(importer, file, fileName)])
    .filter(([, fault]) => fault)
    .map(([specifier, fault]) => `${relative(root, file)} imports ${specifier}: ${fault}`)
}

/** What is wrong with one import, or undefined. */
function findFault(importer, file, specifier) {
  if (isBuiltin(specifier)) return undefined
  if (specifier.startsWith('.')) return findEscape(importer, file, specifier)
  const library = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  return library.startsWith('@sweepd/')
    ? findEdgeFault(importer, isTest(importer, file), specifier, library)
    : findLibraryFault(importer, isTest(importer, file), library)
}

function findEscape(importer, file, specifier) {
  const isInside = resolve(dirname(file), specifier).startsWith(join(importer.folder, '/'))
  return isInside ? undefined : 'leaves its package; import the other package by its name'
}

function findEdgeFault(importer, fromTest, specifier, library) {
  const imported = library.slice('@sweepd/'.length)
  if (specifier !== library && !(fromTest && TEST_ENTRIES.includes(specifier)))
    return `deep import; use what the index of ${library} exports`
  if (imported === importer.name) return 'imports itself; use a relative path'
  if (fromTest && [...TEST_EDGES.any, ...(TEST_EDGES[importer.name] ?? [])].includes(imported))
    return undefined
  if (TEST_EDGES.any.includes(imported)) return 'only tests may import it'
  if (!ALLOWED_EDGES[importer.name].includes(imported)) return `${importer.name} may not import ${imported}`
  if (fromTest && importer.devDependencies.includes(library)) return undefined
  if (!importer.dependencies.includes(library)) return `${library} is not in the dependencies of package.json`
  if (!fromTest && !importer.references.includes(imported))
    return `${imported} is not in the references of tsconfig.json`
  return undefined
}

function findLibraryFault(importer, fromTest, library) {
  const owned = OWNED_LIBRARIES.find(({ pattern }) => pattern.test(library))
  if (owned && !owned.owners.includes(importer.name)) return `only ${owned.owners[0]} may import ${library}`
  if (importer.dependencies.includes(library)) return undefined
  if (importer.devDependencies.some((name) => name === library || name === `@types/${library}`)) {
    if (fromTest) return undefined
    return `${library} is a devDependency only; move it to the dependencies of package.json`
  }
  if (fromTest && TEST_LIBRARIES.includes(library)) return undefined
  return `${library} is not in the dependencies of package.json`
}

/** The table itself must have none: then, with every edge in the table, the packages have none either. */
function listCycles(edges) {
  const reaches = (from, target, seen = new Set()) =>
    edges[from].some((next) => next === target || (!seen.has(next) && reaches(next, target, seen.add(next))))
  return Object.keys(edges)
    .filter((name) => reaches(name, name))
    .map((name) => `ALLOWED_EDGES has a cycle through ${name}`)
}

const faults = [...listCycles(ALLOWED_EDGES), ...packages.flatMap(checkPackage)]
for (const fault of faults) console.error(fault)
if (faults.length > 0) console.error(`${faults.length} imports break the rules of scripts/check-imports.mjs`)
else console.log(`The imports of ${packages.length} packages point in allowed directions.`)
process.exitCode = faults.length > 0 ? 1 : 0
