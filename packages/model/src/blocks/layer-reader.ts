import type { layers } from '@tensorflow/tfjs-layers'
import { UnsupportedLayerError } from './unsupported-layer-error.js'

type Layer = layers.Layer

/** Walks a list of layers, one expectation at a time. */
export class LayerReader {
  private next = 0
  constructor(private readonly layers: readonly Layer[]) {}

  get isDone(): boolean {
    return this.next >= this.layers.length
  }

  /** The layer that was taken last. */
  get last(): Layer {
    return this.layers[this.next - 1] as Layer
  }

  /** Name and kind of the next layer, for messages. */
  describeNext(): { readonly name: string; readonly kind: string } {
    const layer = this.layers[this.next]
    return { name: layer?.name ?? 'at the end', kind: layer?.getClassName() ?? 'nothing' }
  }

  isNext(...classNames: readonly string[]): boolean {
    const layer = this.layers[this.next]
    return layer !== undefined && classNames.includes(layer.getClassName())
  }

  takeIf(...classNames: readonly string[]): Layer | undefined {
    return this.isNext(...classNames) ? this.layers[this.next++] : undefined
  }

  take(...classNames: readonly string[]): Layer {
    const layer = this.takeIf(...classNames)
    if (layer) return layer
    const found = this.layers[this.next]
    throw new UnsupportedLayerError(
      found?.name ?? 'at the end',
      undefined,
      `${found ? `a ${found.getClassName()} stands` : 'nothing stands'} where ${classNames.join(' or ')} is expected`,
    )
  }
}
