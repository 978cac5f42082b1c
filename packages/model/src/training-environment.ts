/**
 * Environment variables for a process that trains, to be set by whoever starts it: glibc reads them once. Blocks of a
 * megabyte and more, as the activations are, go back to the system when they are freed. Left to itself, glibc soon keeps
 * them for later, and trials of other shapes cannot use them. 50 trials of varying shapes took 463 MB and more and more
 * of it, and 318 MB with this; but the former run also kept more sessions, and what this alone saves was not measured.
 */
export const trainingEnvironment: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 20),
  MALLOC_TRIM_THRESHOLD_: String(8 * 2 ** 20),
}
