// SQL takes values as parameters only: no text of a request may become part of a statement.
// Usage: node scripts/check-sql.mjs [root folder]
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** Ways of Prisma and pg to run or compose text as it is. */
const UNSAFE_NAMES = ['$queryRawUnsafe', '$executeRawUnsafe', 'unsafe', 'escapeLiteral', 'escapeIdentifier']

/** These take values as parameters only if they are tags of a template. */
const TAGS = ['$queryRaw', '$executeRaw']

/** Statements that are neither literals nor constants, and why that is well. */
const ALLOWED_STATEMENTS = {
  'packages/store/src/database.ts': [
    'config',
    "isSnapshot ? 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' : 'BEGIN'",
  ], // text and values of Prisma's sql
  'packages/embedded/src/migrate-deploy.ts': ['sql'], // the text of a migration of this repository
}

/** Starts databases for tests, whose names it makes itself. */
const NOT_IN_PRODUCTION = ['packages/testing']

const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..'))

function listSources() {
  return ['packages', 'apps']
    .filter((group) => existsSync(join(root, group)))
    .flatMap((group) => readdirSync(join(root, group)).map((name) => join(group, name)))
    .filter((folder) => !NOT_IN_PRODUCTION.includes(folder))
    .flatMap((folder) => listFiles(join(root, folder, 'src')))
}

function listFiles(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?tsx?$/.test(entry.name) && !/\.test\./.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => !file.includes(join('src', 'generated')))
}

function checkFile(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const name = relative(root, file)
  const faults = []
  const visit = (node) => {
    const fault = findFault(node, ALLOWED_STATEMENTS[name] ?? [])
    const { line } = source.getLineAndCharacterOfPosition(node.getStart())
    if (fault) faults.push(`${name}:${line + 1} ${fault}`)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return faults
}

/** What is wrong with one node, or undefined. */
function findFault(node, allowed) {
  if (ts.isPropertyAccessExpression(node) && isUnsafe(node))
    return `uses ${node.getText()}; use the tags $queryRaw, $executeRaw and Prisma.sql`
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined
  const method = node.expression.name.text
  if (TAGS.includes(method)) return `calls ${method}; as the tag of a template it takes values as parameters`
  const [statement] = node.arguments
  if (method !== 'query' || statement === undefined || isFixed(statement)) return undefined
  if (allowed.includes(statement.getText())) return undefined
  return `composes a statement: ${statement.getText()}; write $1 and pass the value as a parameter`
}

const isUnsafe = ({ name, expression }) =>
  UNSAFE_NAMES.includes(name.text) || (name.text === 'raw' && expression.getText() === 'Prisma')

/** Whether no value can get into it: a literal, or a constant by its name, or a template of such, or Prisma's sql. */
function isFixed(node) {
  if (ts.isTaggedTemplateExpression(node)) return node.tag.getText() === 'Prisma.sql'
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return true
  if (ts.isTemplateExpression(node)) return node.templateSpans.every(({ expression }) => isFixed(expression))
  return ts.isIdentifier(node) && /^[A-Z][A-Z0-9_]*$/.test(node.text)
}

const sources = listSources()
const faults = sources.flatMap(checkFile)
for (const fault of faults) console.error(fault)
if (faults.length > 0) console.error(`${faults.length} statements break the rules of scripts/check-sql.mjs`)
else console.log(`SQL takes values by parameters only in ${sources.length} files.`)
process.exitCode = faults.length > 0 ? 1 : 0
