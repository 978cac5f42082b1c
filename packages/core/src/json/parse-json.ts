import { type FieldProblem, InvalidInputError } from '../problems/errors.js'
import { toPointer } from '../problems/field-problems.js'

/** The text is not JSON; `fault` says where, as far as that is known. */
export class MalformedJsonError extends Error {
  override readonly name = 'MalformedJsonError'
  constructor(
    readonly fault: JsonFault | undefined,
    cause: unknown,
  ) {
    super(
      fault === undefined
        ? (cause as Error).message
        : `line ${fault.line}, column ${fault.column}: ${fault.detail}`,
      { cause },
    )
  }
}

/**
 * JSON text from a person to a value. Stricter than `JSON.parse`, which takes the last of two equal names without a
 * word: the sweep would train something else than its author reads.
 * @throws MalformedJsonError if it is not JSON, InvalidInputError naming every duplicate name.
 */
export function parseJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new MalformedJsonError(findJsonFault(text), cause)
  }
  const duplicates = listDuplicateNames(text)
  if (duplicates.length > 0) throw new InvalidInputError(duplicates)
  return value
}

/** No more than anyone reads. */
const MAX_DUPLICATES = 100

function listDuplicateNames(text: string): FieldProblem[] {
  const scanner = new JsonScanner(text)
  scanner.findFault()
  return scanner.duplicates.map((path) => ({
    pointer: toPointer(path),
    detail: `${JSON.stringify(path.at(-1))} stands here twice; keep one of them`,
  }))
}

/** Where a text stops being JSON; line and column count from 1. */
export interface JsonFault {
  readonly line: number
  readonly column: number
  readonly detail: string
}

interface OpenContainer {
  readonly kind: '{' | '['
  /** Of an object: its names so far. Undefined until there is one, as a body can open half a million containers. */
  names: Set<string> | undefined
  /** The name or the index of the value being read. */
  key: string | number
}

const PRIMITIVE = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WHITESPACE = /[ \t\n\r]*/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const PLAIN_CHARACTERS = /[^"\\\p{Cc}]+|[\x7f-\x9f]+/uy

type Expected = 'a value' | 'a value or "]"' | 'a name in quotes' | 'a name in quotes or "}"' | '":"' | 'more'

/**
 * The first fault of a text that `JSON.parse` refuses, undefined if there is none. Node 20 tells the position of
 * some faults only, and never the line.
 */
function findJsonFault(text: string): JsonFault | undefined {
  const fault = new JsonScanner(text).findFault()
  if (fault === undefined) return undefined
  const lines = text.slice(0, fault.offset).split('\n')
  const column = (lines.at(-1)?.length ?? 0) + 1
  return { line: lines.length, column, detail: fault.detail }
}

class JsonScanner {
  private offset = 0
  private readonly open: OpenContainer[] = []
  /** Paths of names that an object has had before; each path once. */
  readonly duplicates: (string | number)[][] = []
  private expected: Expected = 'a value'

  constructor(private readonly text: string) {}

  findFault(): { offset: number; detail: string } | undefined {
    for (;;) {
      this.skip(WHITESPACE)
      if (this.expected === 'more' && this.open.length === 0 && this.offset === this.text.length)
        return undefined
      const start = this.offset
      const character = this.text[start]
      if (character === undefined || !this.step(character)) {
        const at = character === '"' && this.offset > start ? this.offset : start
        return { offset: at, detail: this.describe(at, at > start) }
      }
    }
  }

  /** Consumes one token; false if it may not stand here, or is broken. */
  private step(character: string): boolean {
    switch (this.expected) {
      case '":"':
        return character === ':' && this.take('a value')
      case 'more':
        return this.stepAfterValue(character)
      case 'a name in quotes':
      case 'a name in quotes or "}"':
        if (character === '}' && this.expected.endsWith('"}"')) return this.close()
        return character === '"' && this.skipName() && this.expect('":"')
      case 'a value':
      case 'a value or "]"':
        if (character === ']' && this.expected === 'a value or "]"') return this.close()
        return this.stepValue(character)
    }
  }

  private stepValue(character: string): boolean {
    if (character === '{' || character === '[') {
      this.open.push({ kind: character, names: undefined, key: 0 })
      return this.take(character === '{' ? 'a name in quotes or "}"' : 'a value or "]"')
    }
    return (character === '"' ? this.skipString() : this.skip(PRIMITIVE)) && this.expect('more')
  }

  private stepAfterValue(character: string): boolean {
    const container = this.open.at(-1)
    if (container === undefined) return false
    if (character === ',') return this.takeComma(container)
    return character === (container.kind === '{' ? '}' : ']') && this.close()
  }

  private takeComma(container: OpenContainer): boolean {
    if (container.kind === '{') return this.take('a name in quotes')
    container.key = Number(container.key) + 1
    return this.take('a value')
  }

  private skipName(): boolean {
    const start = this.offset
    if (!this.skipString()) return false
    const container = this.open.at(-1)
    if (container !== undefined) this.noteName(container, JSON.parse(this.text.slice(start, this.offset)))
    return true
  }

  private noteName(container: OpenContainer, name: string): void {
    container.key = name
    container.names ??= new Set()
    if (!container.names.has(name)) container.names.add(name)
    else if (this.duplicates.length < MAX_DUPLICATES) this.duplicates.push(this.open.map(({ key }) => key))
  }

  private close(): boolean {
    this.open.pop()
    return this.take('more')
  }

  private take(next: Expected): boolean {
    this.offset += 1
    return this.expect(next)
  }

  private expect(next: Expected): boolean {
    this.expected = next
    return true
  }

  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.offset
    const isMatch = pattern.test(this.text)
    if (isMatch) this.offset = pattern.lastIndex
    return isMatch
  }

  private skipString(): boolean {
    this.offset += 1
    while (this.skip(PLAIN_CHARACTERS) || this.skip(ESCAPE));
    return this.text[this.offset] === '"' && this.take(this.expected)
  }

  private describe(offset: number, isInString: boolean): string {
    const found =
      this.text[offset] === undefined ? 'the end' : JSON.stringify(this.text.slice(offset, offset + 20))
    if (isInString) return `a string is broken or not closed at ${found}`
    const container = this.open.at(-1)
    const after = container === undefined ? 'the end' : `"," or "${container.kind === '{' ? '}' : ']'}"`
    return `expected ${this.expected === 'more' ? after : this.expected}, found ${found}`
  }
}
