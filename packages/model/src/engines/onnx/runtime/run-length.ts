/** A run cannot be interrupted: cancelling and pausing wait for it. */
const LONGEST_RUN_MS = 300

/** The first run is short, as nothing is known of its speed. */
const FIRST_SHARE = 1 / 4

/** How many images the steps of one run may have together: up to a limit, and no more than run in a third of a second. */
export class RunLength {
  private msPerImage: number | undefined

  constructor(private readonly limit: number) {}

  /** What the next run may have. */
  get images(): number {
    if (this.msPerImage === undefined) return this.limit * FIRST_SHARE
    return Math.min(this.limit, LONGEST_RUN_MS / this.msPerImage)
  }

  /** Notes how long a run took. */
  observe(images: number, durationMs: number): void {
    this.msPerImage = durationMs / images
  }
}
