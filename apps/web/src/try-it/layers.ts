/** Numbers of one image, or of what layers made of it: `[height, width, channels]`. */
export interface Image {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly data: Float32Array
}

/** What a layer does to one image when it predicts. */
export type Layer = (image: Image) => Image

type Sides = readonly [vertical: number, horizontal: number]

/** Without padding; `kernel` is `[height, width, channels, filters]`. */
export function conv(
  kernel: Float32Array,
  bias: Float32Array | undefined,
  [rows, columns]: Sides,
  [down, right]: Sides,
): Layer {
  return ({ height, width, channels, data }) => {
    const filters = kernel.length / (rows * columns * channels)
    const output = createImage(count(height, rows, down), count(width, columns, right), filters)
    for (let y = 0; y < output.height; y++)
      for (let x = 0; x < output.width; x++) {
        const sums = output.data.subarray(
          (y * output.width + x) * filters,
          (y * output.width + x + 1) * filters,
        )
        if (bias) sums.set(bias)
        for (let row = 0; row < rows; row++) {
          // The columns of one row of the window lie side by side in image and kernel.
          const from = ((y * down + row) * width + x * right) * channels
          addProduct(sums, data, from, columns * channels, kernel, row * columns * channels * filters)
        }
      }
    return output
  }
}

/** `kernel` is `[inputs, units]`. */
export function dense(kernel: Float32Array, bias: Float32Array | undefined): Layer {
  return ({ data }) => {
    const output = createImage(1, 1, kernel.length / data.length)
    if (bias) output.data.set(bias)
    addProduct(output.data, data, 0, data.length, kernel, 0)
    return output
  }
}

/** Adds `inputs` numbers from `from` times a matrix `[inputs, sums.length]` that starts at `start`. */
function addProduct(
  sums: Float32Array,
  data: Float32Array,
  from: number,
  inputs: number,
  matrix: Float32Array,
  start: number,
): void {
  for (let input = 0; input < inputs; input++) {
    const value = data[from + input] as number
    if (value === 0) continue
    const row = start + input * sums.length
    for (let unit = 0; unit < sums.length; unit++)
      sums[unit] = (sums[unit] as number) + value * (matrix[row + unit] as number)
  }
}

export interface BatchNormWeights {
  readonly mean: Float32Array
  readonly variance: Float32Array
  readonly gamma: Float32Array | undefined
  readonly beta: Float32Array | undefined
  readonly epsilon: number
}

/** With the moving averages of the training, by channel. */
export function batchNorm({ mean, variance, gamma, beta, epsilon }: BatchNormWeights): Layer {
  const scales = variance.map((value, channel) => (gamma?.[channel] ?? 1) / Math.sqrt(value + epsilon))
  return (image) => ({
    ...image,
    data: image.data.map((value, index) => {
      const channel = index % image.channels
      return (value - (mean[channel] ?? 0)) * (scales[channel] ?? 1) + (beta?.[channel] ?? 0)
    }),
  })
}

/** Without padding: what does not fill a window is left out. */
export function maxPool([rows, columns]: Sides, [down, right]: Sides): Layer {
  return ({ height, width, channels, data }) => {
    const output = createImage(count(height, rows, down), count(width, columns, right), channels)
    for (let index = 0; index < output.data.length; index++) {
      const channel = index % channels
      const x = Math.floor(index / channels) % output.width
      const y = Math.floor(index / channels / output.width)
      let largest = Number.NEGATIVE_INFINITY
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++)
          largest = Math.max(
            largest,
            data[((y * down + row) * width + x * right + column) * channels + channel] as number,
          )
      output.data[index] = largest
    }
    return output
  }
}

export function zeroPad([top, bottom, left, right]: readonly [number, number, number, number]): Layer {
  return ({ height, width, channels, data }) => {
    const output = createImage(height + top + bottom, width + left + right, channels)
    for (let y = 0; y < height; y++)
      output.data.set(
        data.subarray(y * width * channels, (y + 1) * width * channels),
        ((y + top) * output.width + left) * channels,
      )
    return output
  }
}

/** Over all numbers. */
export const softmax: Layer = (image) => {
  const largest = image.data.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const powers = image.data.map((value) => Math.exp(value - largest))
  const sum = powers.reduce((a, b) => a + b, 0)
  return { ...image, data: powers.map((power) => power / sum) }
}

const createImage = (height: number, width: number, channels: number): Image => ({
  ...{ height, width, channels },
  data: new Float32Array(height * width * channels),
})

/** Positions of a window along a side. */
const count = (side: number, window: number, stride: number): number =>
  Math.floor((side - window) / stride) + 1
