/// <reference types="vite/client" />

declare module 'virtual:examples' {
  /** The project's example sweeps. */
  const examples: readonly { readonly name: string; readonly definition: Record<string, unknown> }[]
  export default examples
}
