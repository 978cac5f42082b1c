/** What a canvas for drawing needs: a side in pixels, and white on black, as the images of Fashion-MNIST. */
const BRUSH_SHARE = 0.09

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) throw new Error('This browser gives no canvas to draw on.')
  return context
}

export function clearDrawing(canvas: HTMLCanvasElement): void {
  const context = contextOf(canvas)
  context.fillStyle = '#000'
  context.fillRect(0, 0, canvas.width, canvas.height)
}

export function drawStroke(
  canvas: HTMLCanvasElement,
  from: readonly [x: number, y: number],
  to: readonly [x: number, y: number],
): void {
  const context = contextOf(canvas)
  context.strokeStyle = '#fff'
  context.lineWidth = canvas.width * BRUSH_SHARE
  context.lineCap = 'round'
  context.beginPath()
  context.moveTo(...from)
  context.lineTo(...to)
  context.stroke()
}

/**
 * Draws a picture as large as fits, in the middle.
 * @throws DOMException if the file is no picture
 */
export async function drawPicture(canvas: HTMLCanvasElement, file: Blob): Promise<void> {
  const picture = await createImageBitmap(file)
  clearDrawing(canvas)
  const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height)
  const [width, height] = [picture.width * scale, picture.height * scale]
  contextOf(canvas).drawImage(
    picture,
    (canvas.width - width) / 2,
    (canvas.height - height) / 2,
    width,
    height,
  )
  picture.close()
}

/** The drawing as a network takes it: `[height, width, channels]`, 0 to 1, each pixel the mean of those it covers. */
export function readPixels(
  canvas: HTMLCanvasElement,
  [height, width, channels]: readonly [number, number, number],
): Float32Array {
  const { data } = contextOf(canvas).getImageData(0, 0, canvas.width, canvas.height)
  const sums = new Float32Array(height * width * channels)
  const counts = new Float32Array(height * width)
  for (let y = 0; y < canvas.height; y++)
    for (let x = 0; x < canvas.width; x++) {
      const pixel = Math.floor((y * height) / canvas.height) * width + Math.floor((x * width) / canvas.width)
      const [red = 0, green = 0, blue = 0] = data.subarray(4 * (y * canvas.width + x))
      counts[pixel] = (counts[pixel] ?? 0) + 1
      const values = channels === 1 ? [0.299 * red + 0.587 * green + 0.114 * blue] : [red, green, blue]
      for (const [channel, value] of values.slice(0, channels).entries())
        sums[pixel * channels + channel] = (sums[pixel * channels + channel] ?? 0) + value / 255
    }
  return sums.map((sum, index) => sum / Math.max(1, counts[Math.floor(index / channels)] ?? 1))
}
