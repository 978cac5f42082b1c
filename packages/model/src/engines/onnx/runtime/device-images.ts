import { type Pixels, readPixels } from '../../../training/pixels.js'
import { tensorNames } from '../training-step/training-graph.js'
import { hostImages, type ImageBytes, type ImageSource } from './image-source.js'
import * as ort from './onnxruntime.js'
import type { SessionLease } from './session-pool.js'
import type { NamedTensors } from './vectors.js'

interface DeviceLimits {
  /** Of one set. Fashion-MNIST's 50,000 training images take 157 MB as numbers, and adapters to train on bind more. */
  readonly setBytes: number
  /** Of all sets together: the images of one trial, and some of the one before. */
  readonly totalBytes: number
}

const LIMITS: DeviceLimits = { setBytes: 256 * 2 ** 20, totalBytes: 512 * 2 ** 20 }

const sizeOf = ({ images }: ImageBytes): number => images.length * Float32Array.BYTES_PER_ELEMENT

interface DeviceTensor {
  readonly tensor: ort.Tensor
  /** Of the session that made it: the memory is the session's, and goes with it. */
  readonly lease: SessionLease
}

/**
 * Sets of images that go to the device once, as the numbers 0 to 255; a step then sends places in them, a few bytes an
 * image. (WebGPU has no bytes to compute with.) A set that is too large goes there batch by batch.
 */
export class DeviceImages implements ImageSource {
  /** By the bytes that they were made of, the least recently used first. */
  private readonly tensors = new Map<Pixels, DeviceTensor>()

  /** @param leaseUploader leases a session that copies images of so many numbers to the device */
  constructor(
    private readonly leaseUploader: (pixels: number) => Promise<SessionLease>,
    private readonly limits = LIMITS,
  ) {}

  isResident(set: ImageBytes): boolean {
    return sizeOf(set) <= this.limits.setBytes
  }

  async feed(set: ImageBytes, indices: Uint32Array, shape: readonly number[]): Promise<NamedTensors> {
    if (!this.isResident(set)) return hostImages.feed(set, indices, shape)
    return {
      [tensorNames.imageSet]: (await this.hold(set)).tensor,
      [tensorNames.indices]: new ort.Tensor('int32', Int32Array.from(indices), shape),
    }
  }

  dispose(): void {
    for (const images of [...this.tensors.keys()]) this.drop(images)
  }

  private async hold(set: ImageBytes): Promise<DeviceTensor> {
    const held = this.tensors.get(set.images) ?? (await this.upload(set))
    // Deleted and set again, it comes last.
    this.tensors.delete(set.images)
    this.tensors.set(set.images, held)
    return held
  }

  private async upload(set: ImageBytes): Promise<DeviceTensor> {
    this.makeRoom(sizeOf(set))
    const pixels = set.images.length / set.size
    const lease = await this.leaseUploader(pixels)
    const numbers = new ort.Tensor(
      'float32',
      Float32Array.from(readPixels(set.images, 0, set.images.length)),
      [set.size, pixels],
    )
    const { [tensorNames.copy(tensorNames.imageSet)]: tensor } = await lease.session.run({
      [tensorNames.imageSet]: numbers,
    })
    if (tensor === undefined) throw new Error('the images did not reach the device')
    return { tensor, lease }
  }

  private makeRoom(bytes: number): void {
    let held = [...this.tensors.keys()].reduce((sum, images) => sum + sizeOf({ images, size: 1 }), bytes)
    for (const images of [...this.tensors.keys()]) {
      if (held <= this.limits.totalBytes) return
      held -= sizeOf({ images, size: 1 })
      this.drop(images)
    }
  }

  private drop(images: Pixels): void {
    const held = this.tensors.get(images)
    this.tensors.delete(images)
    held?.tensor.dispose()
    held?.lease.release()
  }
}
