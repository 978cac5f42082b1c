import { expect, it } from 'vitest'
import { RunLength } from './run-length.js'

it('a run begins short, grows to the limit, and lasts no longer than a third of a second', () => {
  const length = new RunLength(1000)
  expect(length.images).toBe(250)
  length.observe(250, 25)
  expect(length.images).toBe(1000)
  length.observe(1000, 3000)
  expect(length.images).toBe(100)
})
