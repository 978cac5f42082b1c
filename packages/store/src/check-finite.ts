/**
 * Refuses numbers that no metric may be: NaN would be the best accuracy there is, as Postgres sorts it above all.
 * @throws RangeError naming the value and its place
 */
export function checkFinite(place: string, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values))
    if (!Number.isFinite(value))
      throw new RangeError(`${name} of ${place} is ${value}; a diverged trial is failed, not measured`)
}
