import { z } from 'zod'

/** A number; each of its faults is reported by the same sentence, which says what is allowed. */
const numberFrom = (what: string, min: number, max: number) => {
  const error = `${what} is a number from ${min} to ${max}`
  return z.number({ error }).min(min, { error }).max(max, { error })
}

/** A whole number, likewise. */
export const wholeNumberFrom = (what: string, min: number, max: number) => {
  const error = `${what} is a whole number from ${min} to ${max}`
  return z.int({ error }).min(min, { error }).max(max, { error })
}

const rate = (what: string) => {
  const error = `${what} is a number above 0, at most 100`
  return z.number({ error }).positive({ error }).max(100, { error })
}

const share = (what: string) => {
  const error = `${what} is a number from 0 to below 1`
  return z.number({ error }).min(0, { error }).lt(1, { error })
}

const wholeNumbers = {
  kernel: wholeNumberFrom('kernel', 1, 64),
  stride: wholeNumberFrom('stride', 1, 64),
  batchSize: wholeNumberFrom('batchSize', 1, 8192),
  epochs: wholeNumberFrom('epochs', 1, 10_000),
  trainSize: wholeNumberFrom('trainSize', 1, 10_000_000),
} as const

/** The hyperparameters that are numbers, or may be given as one: a range runs from such a number to another. */
export const numericSchemas = {
  ...wholeNumbers,
  reg: numberFrom('reg', 0, 10),
  lr: rate('lr'),
  lrDecay: numberFrom('lrDecay', 0, 100),
  weightDecay: numberFrom('weightDecay', 0, 10),
  dropout: share('dropout'),
} as const

/** A hyperparameter that may be given as a range. */
export type NumericHyperparameterName = keyof typeof numericSchemas

/** Whether a range of this hyperparameter holds whole numbers only. */
export const isWholeNumber = (name: string): boolean => Object.hasOwn(wholeNumbers, name)
