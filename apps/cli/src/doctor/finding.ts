/** What one check found; only a fault keeps sweepd from working. */
export interface Finding {
  readonly topic: string
  readonly verdict: 'ok' | 'warning' | 'fault'
  /** In words, without a full stop. */
  readonly text: string
  /** What to do about it; there is one unless all is well. */
  readonly remedy?: string
}

/** All is well, or it is as it should be. */
export const ok = (topic: string, text: string): Finding => ({ topic, verdict: 'ok', text })

/** It works, and something should be done about it. */
export const warning = (topic: string, text: string, remedy: string): Finding => ({
  ...{ topic, verdict: 'warning', text, remedy },
})

/** It does not work until something is done about it. */
export const fault = (topic: string, text: string, remedy: string): Finding => ({
  ...{ topic, verdict: 'fault', text, remedy },
})

/** A fault as an error tells it; our errors end with their remedy. */
export function faultOf(topic: string, error: unknown, remedy: string): Finding {
  const text = error instanceof Error ? error.message : String(error)
  return fault(topic, text.replace(/\.$/, ''), remedy)
}
