/** What JSON can say; undefined is a field that is left out. */
export type Json = undefined | null | boolean | number | string | Json[] | { [name: string]: Json }

/**
 * Changes one node of a tree. Nodes count from the root, each before what is in it; `which` is taken modulo their
 * number.
 */
export function changeNode(root: Json, which: number, change: (node: Json) => Json): Json {
  const target = which % countNodes(root)
  let seen = 0
  const visit = (node: Json): Json => {
    if (seen++ === target) return change(node)
    if (Array.isArray(node)) return node.map(visit)
    return isObject(node) ? mapValues(node, visit) : node
  }
  return visit(root)
}

/** Whether the node has names; those of `__proto__` count like all others. */
export const isObject = (node: Json): node is { [name: string]: Json } =>
  typeof node === 'object' && node !== null && !Array.isArray(node)

/** The object with its names kept. */
const mapValues = (node: { [name: string]: Json }, change: (value: Json) => Json): Json =>
  Object.fromEntries(Object.entries(node).map(([name, value]) => [name, change(value)]))

function countNodes(node: Json): number {
  if (typeof node !== 'object' || node === null) return 1
  return Object.values(node).reduce<number>((count, inner) => count + countNodes(inner), 1)
}
