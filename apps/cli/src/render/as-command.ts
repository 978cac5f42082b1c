import type { SuggestedAction } from '@sweepd/core'

/** The command of this program that does this. */
export const asCommand = ({ name, sweepId }: SuggestedAction): string => `npx sweepd ${name} ${sweepId}`
