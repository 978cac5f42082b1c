/**
 * Text as Postgres can keep it, in text and in jsonb: neither takes the character 0 nor half a surrogate pair, which a
 * sweep's name or the output of a crashed child may hold. Each becomes the replacement character.
 */
export const toStorableText = (text: string): string =>
  Buffer.from(text).toString().replaceAll('\0', '\uFFFD')
