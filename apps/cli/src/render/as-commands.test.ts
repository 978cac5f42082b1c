import { expect, it } from 'vitest'
import { asCommands } from './as-commands.js'

it.each([
  ['cancel it first with POST /sweeps/1a-2b/cancel.', 'cancel it first with npx sweepd cancel 1a-2b.'],
  [
    'then POST /sweeps/1a-2b/resume to go on without them, or /sweeps/1a-2b/retry',
    'then npx sweepd resume 1a-2b to go on without them, or npx sweepd retry 1a-2b',
  ],
  ['DELETE /sweeps/1a-2b forgets it', 'npx sweepd delete 1a-2b forgets it'],
  ['The body is not JSON (400, POST /sweeps)', 'The body is not JSON (400, POST /sweeps)'],
])('says the remedy "%s" in the words of this program', (text, expected) => {
  expect(asCommands(text)).toBe(expected)
})
