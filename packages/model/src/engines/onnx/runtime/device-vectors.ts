import type { StepResult } from '../../engine.js'
import { tensorNames } from '../training-step/training-graph.js'
import type * as ort from './onnxruntime.js'
import type { SessionLease } from './session-pool.js'
import { type NamedTensors, readNumbers, toVector, type Vectors, type VectorValues } from './vectors.js'

/** Leases a session that copies vectors of these sizes to the machine's memory. */
type LeaseCopier = (sizes: Readonly<Record<string, number>>) => Promise<SessionLease>

/**
 * Vectors that stay on the device from step to step; only loss and hits come back. They begin in the machine's memory,
 * and the first step takes them over.
 */
export class DeviceVectors implements Vectors {
  private current: NamedTensors
  private copier: SessionLease | undefined

  constructor(
    values: VectorValues,
    private readonly leaseCopier: LeaseCopier,
  ) {
    this.current = upload(values)
  }

  inputs(): NamedTensors {
    return this.current
  }

  async advance(session: ort.InferenceSession, feeds: NamedTensors): Promise<StepResult[]> {
    const outputs = await session.run({ ...feeds, ...this.current })
    const next: Record<string, ort.Tensor> = {}
    for (const name of Object.keys(this.current)) {
      const tensor = outputs[tensorNames.next(name)]
      if (tensor === undefined) throw new Error(`the step has no output ${tensorNames.next(name)}`)
      next[name] = tensor
    }
    this.replace(next)
    return readNumbers(outputs)
  }

  async read(): Promise<VectorValues> {
    const entries = Object.entries(this.current)
    const sizes = Object.fromEntries(entries.map(([name, { size }]) => [name, size]))
    // The data of a tensor on the device must not be touched from here: it ends the process. A graph may.
    this.copier ??= await this.leaseCopier(sizes)
    const copies = await this.copier.session.run(this.current)
    return Object.fromEntries(
      entries.map(([name]) => [name, copies[tensorNames.copy(name)]?.data as Float32Array]),
    )
  }

  write(values: VectorValues): void {
    this.replace(upload(values))
  }

  async dispose(): Promise<void> {
    this.replace({})
    this.copier?.release()
  }

  private replace(next: NamedTensors): void {
    for (const tensor of Object.values(this.current)) tensor.dispose()
    this.current = next
  }
}

function upload(values: VectorValues): NamedTensors {
  return Object.fromEntries(Object.entries(values).map(([name, vector]) => [name, toVector(vector.slice())]))
}
