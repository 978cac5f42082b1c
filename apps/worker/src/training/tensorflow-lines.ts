import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** What TensorFlow writes when oneDNN is on, whatever its log level is. */
const KNOWN = [/All log messages before absl::InitializeLog\(\)/, /oneDNN custom operations are on/]

/** A line of its log, below an error: `I0000 00:00:1795596903.948294    7568 port.cc:153] text`. */
const REMARK = /^[IW]\d{4} \d\d:\d\d:[\d.]+ +\d+ \S+:\d+\] /

/**
 * Passes on what a training process writes to standard error, except for TensorFlow's own remarks: the known ones are
 * dropped, the others are told to `onRemark`. Its errors are passed on, as it may end with them.
 */
export function passOnErrors(
  source: Readable,
  { write, onRemark }: { write: (line: string) => void; onRemark: (line: string) => void },
): void {
  createInterface({ input: source }).on('line', (line) => {
    if (KNOWN.some((known) => known.test(line))) return
    if (REMARK.test(line)) onRemark(line)
    else write(`${line}\n`)
  })
}
