/** A model has a layer, or an option of one, that the engine does not train. */
export class UnsupportedLayerError extends Error {
  readonly code = 'unsupported-layer'
  constructor(
    /** Name of the layer in the model. */
    readonly layer: string,
    /** The option that cannot be trained, if it is an option. */
    readonly option: string | undefined,
    detail: string,
  ) {
    super(option === undefined ? `layer ${layer}: ${detail}` : `layer ${layer}, option ${option}: ${detail}`)
    this.name = 'UnsupportedLayerError'
  }
}
