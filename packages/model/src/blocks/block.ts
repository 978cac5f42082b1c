import type { ACTIVATIONS } from '@sweepd/core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { GraphWriter, Value } from '../engines/onnx/graph/graph-writer.js'
import type { LayerReader } from './layer-reader.js'

export type ActivationName = (typeof ACTIVATIONS)[number]

export interface Penalty {
  readonly l1: number
  readonly l2: number
}

/**
 * What flows from block to block: an image `[channels, height, width, batch]`, its features `[features, batch]`, or the
 * outputs of dense layers `[batch, units]`.
 */
export interface Signal {
  readonly kind: 'image' | 'features' | 'units'
  /** Of one image: `[channels, height, width]`, `[features]` or `[units]`. */
  readonly shape: readonly number[]
}

/** One weight: its place in a LayersModel, and what the graphs make of it. */
export interface Weight {
  /** In the flat vector. */
  readonly name: string
  /** As the graph uses it; a convolution's kernel is `[filters, channels × height × width]`. */
  readonly shape: readonly number[]
  /** Name of the layer that holds it, and its place in the layer's list of weights. */
  readonly layer: string
  readonly index: number
  /** `[height, width, channels, filters]` of a convolution's kernel; others lie in the same order in both. */
  readonly kernelShape?: readonly [number, number, number, number]
  readonly penalty?: Penalty
}

export type Tensors = ReadonlyMap<string, Value>

/** What a block may use when it writes its part of a graph. */
export interface BlockContext {
  readonly graph: GraphWriter
  /** All weights by name, and all moving averages. */
  readonly parameters: Tensors
  readonly moving: Tensors
  /** The input of a dropout mask, `[batch, length]`. */
  takeMask(length: number): Value
}

/** A block's output, and how the gradient goes back through it. */
export interface BlockForward {
  readonly output: Value
  /** Updated moving averages by name. */
  readonly moved?: Tensors
  /**
   * @param gradient of the output
   * @returns gradients of the block's weights by name, and that of its input if it is needed
   */
  backward(gradient: Value, needsInputGradient: boolean): { gradients: Tensors; input?: Value }
}

/** A block laid out for inputs of one shape and batches of one size. */
export interface LaidOutBlock {
  readonly output: Signal
  readonly parameters: readonly Weight[]
  /** Moving averages. */
  readonly moving: readonly Weight[]
  /** How many numbers a batch's largest intermediate tensors have, for an estimate of memory. */
  readonly activations: number
  /** Length of the dropout mask of one image; 0 without one. */
  readonly maskLength: number
  /** Writes the block for training. */
  forward(context: BlockContext, input: Value): BlockForward
  /** Writes the block for predictions. */
  infer(context: BlockContext, input: Value): Value
}

/** What a block may use when it writes its part of an exported model. */
export interface ExportContext {
  readonly graph: GraphWriter
  /** Holds the weights. */
  readonly model: LayersModel
}

/**
 * One step of a network, made of one or more layers of a LayersModel. All that its graphs depend on is in its fields, so
 * that a plan as JSON tells graphs apart; what follows from them is a getter.
 */
export abstract class Block {
  abstract readonly kind: string

  /** What it takes from the block before; several kinds if it makes no difference. */
  abstract get takes(): readonly Signal['kind'][]
  /** What it gives to the block behind it. */
  abstract get gives(): Signal['kind']

  /** @throws RangeError if the output has less than one pixel */
  abstract layOut(input: Signal, batch: number): LaidOutBlock

  /** Writes the block in the usual operators of ONNX; images are `[batch, channels, height, width]`. */
  abstract export(context: ExportContext, input: Value): Value

  /** The penalties of its layers' kernels, by layer. */
  get penalties(): readonly { readonly layer: string; readonly penalty: Penalty }[] {
    return []
  }

  /** Weights that have no effect and are not trained. */
  get idleWeights(): readonly { readonly layer: string; readonly index: number }[] {
    return []
  }

  /** Whether its output is the probabilities of the classes. */
  get isClassifier(): boolean {
    return false
  }

  /** Whether it takes a dropout mask in training. */
  get dropsOut(): boolean {
    return false
  }

  /** The block without what graphs of this kind do not depend on: trials that differ in that share a graph. */
  forGraph(_kind: 'training' | 'inference'): Block {
    return this
  }
}

/**
 * Reads a block from the layers at the reader's place; returns undefined if another kind of block stands there.
 * @throws UnsupportedLayerError for an option that cannot be trained
 */
export type ReadBlock = (reader: LayerReader) => Block | undefined

export const NO_PENALTY: Penalty = { l1: 0, l2: 0 }

/** Does nothing in a layout but pass its input on. */
export function passOn(output: Signal): LaidOutBlock {
  return {
    output,
    parameters: [],
    moving: [],
    activations: 0,
    maskLength: 0,
    forward: (_context, input) => ({
      output: input,
      backward: (gradient) => ({ gradients: new Map(), input: gradient }),
    }),
    infer: (_context, input) => input,
  }
}
