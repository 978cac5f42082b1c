import { describe, expect, it } from 'vitest'
import { describeText } from './describe-text.js'

const encode = (text: string) => new TextEncoder().encode(text)

describe('describeText', () => {
  it('calls a web page HTML and shows how it begins, on one line', () => {
    expect(describeText(encode('\uFEFF \n<html>\n  <title>Anmeldung für Gäste</title>'))).toBe(
      'HTML (“<html> <title>Anmeldung für Gäste</title…”)',
    )
  })

  it('knows other text, even when its sample ends within a character', () => {
    expect(describeText(encode(`${'a'.repeat(79)}ü`))).toMatch(/^text \(“a{40}…”\)$/)
  })

  it.each([
    ['gzip', [0x1f, 0x8b, 8, 0]],
    ['idx', [0, 0, 8, 3]],
    ['a picture', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]],
    ['nothing', []],
  ])('does not take %s for text', (_, bytes) => {
    expect(describeText(Uint8Array.from(bytes))).toBeUndefined()
  })
})
