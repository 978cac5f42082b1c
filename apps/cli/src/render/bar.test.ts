import { expect, it } from 'vitest'
import { renderBar } from './bar.js'

it('fills as much as is done, and is full only at the end', () => {
  expect(renderBar(0, 4)).toBe('░░░░')
  expect(renderBar(0.5, 4)).toBe('██░░')
  expect(renderBar(0.99, 4)).toBe('███░')
  expect(renderBar(1, 4)).toBe('████')
})

it('stays within its width whatever the share', () => {
  expect(renderBar(1.5, 3)).toBe('███')
  expect(renderBar(-1, 3)).toBe('░░░')
})

it('is not one short because of rounding', () => {
  expect(renderBar(0.1 + 0.2, 10)).toBe('███░░░░░░░')
  expect(renderBar(0.7, 10)).toBe('███████░░░')
})
