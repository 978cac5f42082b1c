import type { FailureClass, TrialError } from '@sweepd/core'

const INVALID_CODES = new Set(['unsupported-layer', 'impossible-architecture', 'invalid-input'])
const OUT_OF_MEMORY = /out of memory|failed to allocate|array buffer allocation|bad_alloc|bfcarena/i

/** The class of a failure in training. An unknown error counts as infrastructure, so that the trial is tried again. */
export function classifyFailure(error: unknown): TrialError {
  const message = error instanceof Error ? error.message : String(error)
  return { class: findClass(error, message), message }
}

/** The failure of a child that ended without saying why: killed by somebody, or because memory ran out. */
export function describeDeath(
  code: number | null,
  signal: NodeJS.Signals | null,
  { isOomKill = false } = {},
): TrialError {
  if (isOomKill && signal === 'SIGKILL') {
    const message = "Linux's out-of-memory killer ended the training process"
    return { class: 'out-of-memory', message }
  }
  const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`
  // V8 aborts with SIGABRT (or 134) when its heap is full.
  const isOutOfMemory = signal === 'SIGABRT' || code === 134
  return {
    class: isOutOfMemory ? 'out-of-memory' : 'infrastructure',
    message: `the training process ${how}${isOutOfMemory ? ', as it does when memory runs out' : ''}`,
  }
}

function findClass(error: unknown, message: string): FailureClass {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  if (code === 'diverged') return 'diverged'
  if (typeof code === 'string' && INVALID_CODES.has(code)) return 'invalid'
  return OUT_OF_MEMORY.test(message) ? 'out-of-memory' : 'infrastructure'
}
