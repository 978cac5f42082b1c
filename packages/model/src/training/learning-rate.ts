import type { Hyperparameters, ScheduleName } from '@sweepd/core'

type RateOptions = Pick<Hyperparameters, 'schedule' | 'lr' | 'lrDecay'>

/** @param step counted from 0 over all epochs @param steps of all epochs */
type Schedule = (options: RateOptions, step: number, steps: number) => number

/** Shares of `lr` at the start and at the end of one cycle, and of the steps until it is reached: PyTorch's defaults. */
const CYCLE_START = 1 / 25
const CYCLE_END = CYCLE_START / 1e4
const CYCLE_RISE = 0.3

/** From one number to another along half a cosine. @param progress from 0 to 1 */
const anneal = (from: number, to: number, progress: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * progress))) / 2

const schedules: Readonly<Record<ScheduleName, Schedule>> = {
  constant: ({ lr }) => lr,
  /** Keras' InverseTimeDecay with a decay at every step. */
  inverseTime: ({ lr, lrDecay }, step) => lr / (1 + lrDecay * step),
  /** Loshchilov and Hutter 2016, https://arxiv.org/abs/1608.03983, without restarts; Keras' CosineDecay. */
  cosine: ({ lr }, step, steps) => anneal(lr, 0, step / steps),
  /** Smith and Topin 2017, https://arxiv.org/abs/1708.07120; PyTorch's OneCycleLR, whose momentum stays constant here. */
  oneCycle: ({ lr }, step, steps) => {
    const peak = CYCLE_RISE * steps - 1
    return step <= peak
      ? anneal(lr * CYCLE_START, lr, step / peak)
      : anneal(lr, lr * CYCLE_END, (step - peak) / (steps - 1 - peak))
  },
}

/** The learning rate of a step. @param step counted from 0 over all epochs @param steps of all epochs */
export const learningRateAt: Schedule = (options, step, steps) =>
  schedules[options.schedule](options, step, steps)
