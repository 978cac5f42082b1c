const SAMPLE_BYTES = 80

/**
 * The beginning of the bytes if they are text (a web page, an error message, a Git LFS pointer) instead of data;
 * undefined if they are not.
 */
export function describeText(bytes: Uint8Array): string | undefined {
  const sample = bytes.subarray(0, SAMPLE_BYTES)
  const hasControls = sample.some((byte) => byte < 0x20 && (byte < 0x09 || byte > 0x0d))
  const text = hasControls ? '' : decode(sample).trim().replaceAll(/\s+/g, ' ')
  if (text === '') return undefined
  return `${text.startsWith('<') ? 'HTML' : 'text'} (“${text.slice(0, 40)}…”)`
}

/** Empty if the bytes are not UTF-8; a character that the sample cuts in two does no harm. */
function decode(sample: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true })
  } catch {
    return ''
  }
}
