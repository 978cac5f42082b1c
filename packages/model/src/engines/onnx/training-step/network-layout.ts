import type { LaidOutBlock, Penalty, Signal, Weight } from '../../../blocks/block.js'
import type { Network } from '../../../network/network.js'
import { FlatLayout } from './parameters.js'

/** A network laid out for one batch size: its blocks and the places of its weights. */
export interface NetworkLayout {
  readonly network: Network
  readonly batch: number
  readonly blocks: readonly LaidOutBlock[]
  readonly classes: number
  /** Length of an image's dropout mask; 0 without dropout. */
  readonly maskLength: number
  readonly parameters: FlatLayout
  /** Moving averages of the batch normalisations. */
  readonly moving: FlatLayout
  /** Every weight that the graphs use, with the flat vector that holds it. */
  readonly weights: readonly (Weight & { readonly vector: 'parameters' | 'moving' })[]
  /** Penalties by kernel name, of those that have one. */
  readonly penalties: ReadonlyMap<string, Penalty>
}

/** Lays a network out for batches of this size. @throws RangeError if a layer shrinks below one pixel */
export function layOutNetwork(network: Network, batch: number): NetworkLayout {
  const [height, width, channels] = network.inputShape
  let signal: Signal = { kind: 'image', shape: [channels, height, width] }
  const blocks = network.blocks.map((block) => {
    const laidOut = block.layOut(signal, batch)
    signal = laidOut.output
    return laidOut
  })
  const weights = blocks.flatMap((block) => [
    ...block.parameters.map((weight) => ({ ...weight, vector: 'parameters' as const })),
    ...block.moving.map((weight) => ({ ...weight, vector: 'moving' as const })),
  ])
  const layouts = { parameters: new FlatLayout(), moving: new FlatLayout() }
  for (const { name, shape, vector } of weights) layouts[vector].add(name, shape)
  const penalties = new Map<string, Penalty>()
  for (const { name, penalty } of weights)
    if (penalty && (penalty.l1 !== 0 || penalty.l2 !== 0)) penalties.set(name, penalty)
  const maskLength = blocks.reduce((sum, block) => sum + block.maskLength, 0)
  const [classes = 0] = signal.shape
  return { network, batch, blocks, classes, maskLength, ...layouts, weights, penalties }
}
