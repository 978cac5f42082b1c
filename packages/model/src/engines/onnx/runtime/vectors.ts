import type { StepResult } from '../../engine.js'
import { tensorNames } from '../training-step/training-graph.js'
import * as ort from './onnxruntime.js'

/** Flat vectors by the names that the graphs know them by. */
export type VectorValues = Readonly<Record<string, Float32Array>>

export type NamedTensors = Readonly<Record<string, ort.Tensor>>

/** The vectors that steps change: weights, moving averages, optimizer state. Where they live is the provider's business. */
export interface Vectors {
  /** The vectors as they are now. */
  inputs(): NamedTensors
  /** Runs training steps, whose `next_…` outputs become the vectors. @param feeds their other inputs */
  advance(session: ort.InferenceSession, feeds: NamedTensors): Promise<StepResult[]>
  /** A copy of the values as they are now. */
  read(): Promise<VectorValues>
  /** Replaces all vectors by copies of these. */
  write(values: VectorValues): void
  dispose(): Promise<void>
}

export const toVector = (values: Float32Array): ort.TypedTensor<'float32'> =>
  new ort.Tensor('float32', values, [values.length])

/** Outputs that are numbers, left to the runtime to allocate. */
const NUMBERS = { [tensorNames.loss]: null, [tensorNames.correct]: null }

/** The numbers among the outputs, of one step or of each. */
export function readNumbers(outputs: NamedTensors): StepResult[] {
  const [losses, hits] = [outputs[tensorNames.loss]?.data, outputs[tensorNames.correct]?.data]
  return Array.from(losses as Float32Array, (loss, index) => ({ loss, correct: Number(hits?.[index]) }))
}

type HostTensors = Readonly<Record<string, ort.TypedTensor<'float32'>>>

/** Vectors in the machine's memory. A run reads one set of them and writes the other. */
export class HostVectors implements Vectors {
  private current: HostTensors
  private spare: HostTensors

  constructor(values: VectorValues) {
    this.current = mapValues(values, (vector) => toVector(vector.slice()))
    this.spare = mapValues(values, (vector) => toVector(new Float32Array(vector.length)))
  }

  inputs(): NamedTensors {
    return this.current
  }

  async advance(session: ort.InferenceSession, feeds: NamedTensors): Promise<StepResult[]> {
    const next = Object.entries(this.spare).map(([name, tensor]) => [tensorNames.next(name), tensor])
    const outputs = await session.run(
      { ...feeds, ...this.current },
      { ...Object.fromEntries(next), ...NUMBERS },
    )
    ;[this.current, this.spare] = [this.spare, this.current]
    return readNumbers(outputs)
  }

  async read(): Promise<VectorValues> {
    return mapValues(this.current, ({ data }) => data.slice())
  }

  write(values: VectorValues): void {
    for (const [name, tensor] of Object.entries(this.current)) tensor.data.set(values[name] ?? [])
  }

  async dispose(): Promise<void> {}
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, convert: (value: From) => To) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, convert(value)]))
}
