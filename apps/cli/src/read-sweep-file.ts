import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { InvalidInputError, MalformedJsonError, parseJson } from '@sweepd/core'
import { CliError } from './cli-error.js'

/**
 * The JSON of a file, `-` for standard input; relative paths are relative to `workingDir`.
 * @throws CliError if it cannot be read, or naming line and column where it stops being JSON, or names that occur twice.
 */
export async function readSweepFile(
  file: string,
  workingDir: string,
  input: NodeJS.ReadableStream = process.stdin,
): Promise<unknown> {
  const content = file === '-' ? await text(input) : await readText(resolve(workingDir, file))
  return parseNamed(content.replace(/^\uFEFF/, ''), file === '-' ? 'standard input' : file)
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT')
      throw new CliError(`There is no file ${path}. Sweep files to start from lie in examples/.`, { cause })
    throw new CliError(`${path} cannot be read: ${message}`, { cause })
  }
}

function parseNamed(content: string, name: string): unknown {
  try {
    return parseJson(content)
  } catch (cause) {
    if (cause instanceof InvalidInputError)
      throw new CliError(
        [
          `${name} is ambiguous.`,
          ...cause.problems.map(({ pointer, detail }) => `  ${pointer}: ${detail}`),
        ].join('\n'),
        { cause },
      )
    if (!(cause instanceof MalformedJsonError)) throw cause
    const { fault, message } = cause
    const place = fault ? `${name}:${fault.line}:${fault.column}: ${fault.detail}` : message
    throw new CliError(`${name} is not JSON.\n  ${place}`, { cause })
  }
}
