/** Something that a person can put right; the message says what and how, and is shown without a stack. */
export class CliError extends Error {
  override readonly name = 'CliError'
}
