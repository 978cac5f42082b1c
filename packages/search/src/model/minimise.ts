/** A function of several numbers and its derivatives there. */
export interface Evaluation {
  readonly value: number
  readonly gradient: Float64Array
}

export interface MinimiseOptions {
  readonly low: number
  readonly high: number
  readonly iterations: number
  /** It ends when no derivative is larger than this, except those that point out of the box. */
  readonly tolerance: number
}

const MEMORY = 10
const SUFFICIENT_DECREASE = 1e-4

/** A minimum of a smooth function in the box from `low` to `high` on every axis, by projected L-BFGS (Nocedal 1980). */
export function minimise(
  evaluate: (point: Float64Array) => Evaluation,
  start: Float64Array,
  { low, high, iterations, tolerance }: MinimiseOptions,
): { point: Float64Array; value: number } {
  const clamp = (value: number) => Math.min(high, Math.max(low, value))
  let point = start.map(clamp)
  let { value, gradient } = evaluate(point)
  const steps: [step: Float64Array, change: Float64Array][] = []
  for (let iteration = 0; iteration < iterations; iteration++) {
    const isFree = (index: number, slope: number) =>
      slope > 0 ? (point[index] as number) > low : (point[index] as number) < high
    const free = gradient.map((slope, index) => (isFree(index, slope) ? slope : 0))
    if (!free.some((slope) => Math.abs(slope) > tolerance)) break
    let direction = descend(free, steps).map((move, index) => (free[index] === 0 ? 0 : move))
    if (!(dot(direction, free) < 0)) {
      direction = free.map((slope) => -slope)
      steps.length = 0
    }
    let length = steps.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(free, free))) : 1
    let next = point
    let found: Evaluation | undefined
    for (let tries = 0; tries < 20 && found === undefined; tries++, length *= 0.4) {
      next = point.map((x, index) => clamp(x + length * (direction[index] as number)))
      const tried = evaluate(next)
      const decrease = next.reduce(
        (sum, x, i) => sum + (x - (point[i] as number)) * (gradient[i] as number),
        0,
      )
      if (tried.value <= value + SUFFICIENT_DECREASE * decrease) found = tried
    }
    if (found === undefined) break
    const [old, before] = [point, gradient]
    const step = next.map((x, index) => x - (old[index] as number))
    const change = found.gradient.map((slope, index) => slope - (before[index] as number))
    if (dot(step, change) > 1e-12) steps.push([step, change])
    if (steps.length > MEMORY) steps.shift()
    point = next
    value = found.value
    gradient = found.gradient
  }
  return { point, value }
}

/** Minus the product of the approximate inverse Hessian and the gradient, by the two-loop recursion. */
function descend(
  gradient: Float64Array,
  steps: readonly (readonly [Float64Array, Float64Array])[],
): Float64Array {
  const direction = gradient.map((slope) => -slope)
  const factors: number[] = []
  for (const [step, change] of steps.toReversed()) {
    const factor = dot(step, direction) / dot(step, change)
    factors.push(factor)
    addTimes(direction, change, -factor)
  }
  const last = steps.at(-1)
  if (last !== undefined) {
    const scale = dot(last[0], last[1]) / dot(last[1], last[1])
    for (const [index, move] of direction.entries()) direction[index] = move * scale
  }
  for (const [step, change] of steps) {
    const factor = factors.pop() as number
    addTimes(direction, step, factor - dot(change, direction) / dot(step, change))
  }
  return direction
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += (a[index] as number) * (b[index] as number)
  return sum
}

function addTimes(target: Float64Array, other: Float64Array, factor: number): void {
  for (let index = 0; index < target.length; index++)
    target[index] = (target[index] as number) + factor * (other[index] as number)
}
