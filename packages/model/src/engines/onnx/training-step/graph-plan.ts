import type { LossName } from '@sweepd/core'
import type { Network } from '../../../network/network.js'
import { type Dimension, GraphWriter } from '../graph/graph-writer.js'
import { repeatGraph } from '../graph/repeat-graph.js'
import { layOutNetwork } from './network-layout.js'
import { type OptimizerName, optimizers } from './optimizers.js'
import { tensorNames, writeInferenceGraph, writeTrainingGraph } from './training-graph.js'

/**
 * All that a graph depends on. `writeGraph` sees nothing else, so the plan as JSON is a safe key for the compiled graph:
 * what is not in the plan cannot be in the graph.
 */
export type GraphPlan =
  | TrainingPlan
  | InferencePlan
  /** Copies vectors of these sizes, by name. */
  | { readonly kind: 'copy'; readonly sizes: Readonly<Record<string, number>> }
  /** Copies images of so many numbers. */
  | { readonly kind: 'upload'; readonly pixels: number }

export interface TrainingPlan {
  readonly kind: 'training'
  readonly network: Network
  readonly batch: number
  readonly optimizer: OptimizerName
  readonly loss: LossName
  /** Whether a given weight decay, and not the optimizer, takes a share of the kernels away. */
  readonly decaysKernels?: boolean
  /** Whether a run takes several steps, one for each entry of the leading axis of its inputs. */
  readonly isRepeated: boolean
  /** Whether images are picked from a set on the device. */
  readonly isResident: boolean
}

export interface InferencePlan {
  readonly kind: 'inference'
  readonly network: Network
  readonly batch: number
  readonly isResident: boolean
}

/** The plan of training steps on batches of a size. */
export function planTraining({ network, ...options }: Omit<TrainingPlan, 'kind'>): TrainingPlan {
  return { kind: 'training', network: forGraph(network, 'training'), ...options }
}

/** The plan of a prediction, which knows neither dropout nor penalties: trials that differ in them share it. */
export function planInference(network: Network, batch: number, isResident: boolean): InferencePlan {
  return { kind: 'inference', network: forGraph(network, 'inference'), batch, isResident }
}

const forGraph = (network: Network, kind: 'training' | 'inference'): Network => ({
  ...network,
  blocks: network.blocks.map((block) => block.forGraph(kind)),
})

/** Writes the ONNX graph of a plan. @param graph an empty one; a provider may have its own way of writing operators */
export function writeGraph(plan: GraphPlan, graph = new GraphWriter()): Uint8Array {
  switch (plan.kind) {
    case 'training':
      return writeTraining(plan, graph).encode()
    case 'inference':
      return writeInferenceGraph(layOutNetwork(plan.network, plan.batch), plan.isResident, graph).encode()
    case 'copy':
      return writeCopyGraph(
        Object.entries(plan.sizes).map(([name, size]) => [name, [size]]),
        graph,
      )
    case 'upload':
      return writeCopyGraph([[tensorNames.imageSet, ['images', plan.pixels]]], graph)
  }
}

function writeTraining(plan: TrainingPlan, graph: GraphWriter): GraphWriter {
  const { network, batch, optimizer } = plan
  const step = writeTrainingGraph(layOutNetwork(network, batch), optimizer, plan, graph)
  if (!plan.isRepeated) return step
  return repeatGraph(step, new Map(listVectors(plan).map((name) => [name, tensorNames.next(name)])))
}

/** The names of the vectors that a step changes. */
export function listVectors({ network, batch, optimizer }: TrainingPlan): string[] {
  const hasMoving = layOutNetwork(network, batch).moving.size > 0
  const state = optimizers[optimizer].initialState.map((_, index) => tensorNames.state(index))
  return [tensorNames.parameters, ...(hasMoving ? [tensorNames.moving] : []), ...state]
}

function writeCopyGraph(
  tensors: readonly (readonly [name: string, shape: readonly Dimension[]])[],
  graph: GraphWriter,
): Uint8Array {
  for (const [name, shape] of tensors) {
    const copy = graph.op('Identity', [graph.input(name, 'float32', shape)])
    graph.output(tensorNames.copy(name), copy, 'float32', shape)
  }
  return graph.encode()
}

/**
 * Roughly the memory that a session of this plan keeps between runs, in bytes. Measured on the seed's networks at
 * batches of 32 to 128: six to ten times the convolutions' outputs for training, three times for inference.
 */
export function estimateBytes(plan: GraphPlan): number {
  if (plan.kind === 'copy' || plan.kind === 'upload') return 0
  const { blocks } = layOutNetwork(plan.network, plan.batch)
  const outputs = blocks.reduce((sum, { activations }) => sum + activations, 0)
  return outputs * Float32Array.BYTES_PER_ELEMENT * (plan.kind === 'training' ? 10 : 3)
}
