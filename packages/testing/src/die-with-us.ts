import { runAfterOurEnd } from '@sweepd/process'

/** Ends a process once this one is gone, even after kill -9. Returns how to call it off. */
export const dieWithUs = (pid: number): (() => void) => runAfterOurEnd('kill -9 "$0"', String(pid))
