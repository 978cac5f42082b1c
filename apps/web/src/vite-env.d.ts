/** The project's example sweeps; vite.config.ts puts them in. */
declare const EXAMPLE_SWEEPS: readonly {
  readonly name: string
  readonly definition: Record<string, unknown>
}[]
