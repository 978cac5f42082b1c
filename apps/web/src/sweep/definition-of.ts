import { type Sweep, type SweepDefinition, sweepDefinitionSchema } from '@sweepd/core'

/** The definition that the sweep was created from, without what it has become. */
export function definitionOf(sweep: Sweep): SweepDefinition {
  const names = Object.keys(sweepDefinitionSchema.shape) as (keyof SweepDefinition)[]
  return Object.fromEntries(names.map((name) => [name, sweep[name]])) as unknown as SweepDefinition
}

/** A definition as people write it: an array of plain values on one line. */
export function formatDefinition(definition: unknown): string {
  return JSON.stringify(definition, null, 2).replaceAll(
    /\[\s*([^[\]{}]*?)\s*\]/g,
    (_, inner: string) => `[${inner.replaceAll(/\s*\n\s*/g, ' ')}]`,
  )
}
