import stringWidth from 'string-width'

const graphemes = new Intl.Segmenter()

/** Columns that a text takes on a terminal: two for a wide character, none for a combining one or a colour. */
export const widthOfText = (text: string): number => stringWidth(text)

/** Cuts a text to this many columns; if something is missing, it ends in an ellipsis. */
export function truncate(text: string, width: number): string {
  if (widthOfText(text) <= width) return text
  return `${splitAt(text, Math.max(0, width - 1))[0]}…`
}

/** Fills a text up with blanks to this many columns. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOfText(text)))
  return align === 'right' ? blanks + text : text + blanks
}

/** Words in lines of at most this many columns; a longer word is cut. Line breaks stay. */
export function wrapWords(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = []
    let line = ''
    for (const word of paragraph.split(' ').flatMap((word) => cut(word, width))) {
      const longer = line === '' ? word : `${line} ${word}`
      if (widthOfText(longer) <= width) line = longer
      else {
        lines.push(line)
        line = word
      }
    }
    return [...lines, line]
  })
}

function cut(word: string, width: number): string[] {
  if (widthOfText(word) <= width) return [word]
  const [head, rest] = splitAt(word, width)
  // A character that is wider than the line stands alone rather than nowhere.
  return head === '' ? [word] : [head, ...cut(rest, width)]
}

/** The longest beginning that takes at most this many columns, and the rest; no character is cut in half. */
function splitAt(text: string, width: number): [string, string] {
  let used = 0
  for (const { segment, index } of graphemes.segment(text)) {
    used += widthOfText(segment)
    if (used > width) return [text.slice(0, index), text.slice(index)]
  }
  return [text, '']
}

/** Names and messages come from other people and may carry control codes: one line, nothing that a terminal obeys. */
export function toPlainLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim()
}
