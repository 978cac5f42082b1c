/** Options for `fork` of a process that trains, which cannot be set later. */
export const trainingProcess: {
  /** Environment variables, besides those that it has anyway. */
  readonly env: Readonly<Record<string, string>>
  /** Arguments of Node, besides those that it has anyway. */
  readonly execArgv: readonly string[]
} = {
  /*
   * glibc reads them once. Blocks of a megabyte and more, as the activations are, go back to the system when they are
   * freed. Left to itself, glibc soon keeps them for later, and trials of other shapes cannot use them. 50 trials of
   * varying shapes took 463 MB and more and more of it, and 318 MB with this; but the former run also kept more
   * sessions, and what this alone saves was not measured.
   */
  env: { MALLOC_MMAP_THRESHOLD_: String(2 ** 20), MALLOC_TRIM_THRESHOLD_: String(8 * 2 ** 20) },
  /*
   * V8 collects garbage and compiles on four threads of its own. Where every core has a trial to train, they take that
   * time from the other trials. Without them V8 waits longer before it collects, which cost 30 MB in 50 trials; with young
   * generations of 4 MB instead of 16 they held 335 MB at most, 33 MB less than before.
   */
  execArgv: ['--single-threaded', '--max-semi-space-size=4'],
}
