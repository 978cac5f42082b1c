import { expect, it } from 'vitest'
import { createPaint } from '../terminal/paint.js'
import { fitColumns, joinColumns } from './columns.js'

const columns = [
  { cells: ['#0', '#10'], align: 'right' as const },
  { cells: ['loss 1', 'loss 22'], dropRank: 1 },
  { cells: ['acc 1', 'acc 22'], dropRank: 2 },
]
const text = (width: number) => joinColumns(fitColumns(columns, width), createPaint(false))

it('aligns the cells of a column', () => {
  expect(text(80)).toEqual([' #0  loss 1   acc 1 ', '#10  loss 22  acc 22'])
})

it('drops columns in the order of their rank, and never one without', () => {
  expect(text(20)).toHaveLength(2)
  expect(text(19)).toEqual([' #0  acc 1 ', '#10  acc 22'])
  expect(text(4)).toEqual([' #0', '#10'])
  expect(text(1)).toEqual([' #0', '#10'])
})

it('measures cells without their colours', () => {
  const styled = columns.map((column) => ({ ...column, style: 'red' as const }))
  const [line = ''] = joinColumns(styled, createPaint(true))
  expect(line.replaceAll('\u001b[31m', '').replaceAll('\u001b[39m', '')).toBe(' #0  loss 1   acc 1 ')
})
