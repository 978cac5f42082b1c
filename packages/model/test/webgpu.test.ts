import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'

/** What the WebGPU provider and the CPU's made of the same steps; all but `losses` are the largest differences. */
interface Comparison {
  readonly name: string
  /** Of each step, loss and hits of both. */
  readonly losses: readonly (readonly (readonly [loss: number, correct: number])[])[]
  readonly steps: number
  readonly parameters: number
  readonly moving: number
  readonly state: number
  readonly predictions: number
  readonly penalty: number
}

/** A Vulkan driver in software: it comes with Debian's `chromium`, and the loader with `libvulkan1`. */
const SOFTWARE_DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json'
const NO_ADAPTER = /WebGPU adapter|webgpu.*not (supported|available)|libvulkan/i

const comparisons: Comparison[] = []
let missing: string | undefined

async function runChild(): Promise<void> {
  const env = {
    ...process.env,
    ...(existsSync(SOFTWARE_DRIVER) && { VK_ICD_FILENAMES: SOFTWARE_DRIVER }),
  }
  const child = fork(resolve(import.meta.dirname, 'webgpu-child.mjs'), {
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let faults = ''
  child.stderr?.on('data', (text) => {
    faults += text
  })
  child.on('message', (comparison: Comparison) => comparisons.push(comparison))
  const [code, signal] = await once(child, 'close')
  if (comparisons.length === 0 && NO_ADAPTER.test(faults)) missing = 'this machine has no WebGPU adapter'
  else expect([code, signal], faults).toEqual([0, null])
}

// The driver compiles some two hundred shaders, which takes seconds, or a minute on a loaded machine.
beforeAll(runChild, 300_000)

describe('training with the WebGPU provider', () => {
  it('has the losses, weights and predictions of the CPU, with checkpoint and restore', (test) => {
    test.skip(missing !== undefined, missing)
    expect(comparisons).toHaveLength(2)
    for (const { name, losses, steps, ...differences } of comparisons) {
      expect(steps, name).toBe(4)
      for (const [ours, theirs] of losses) {
        expect(Math.abs((ours?.[0] ?? Number.NaN) - (theirs?.[0] ?? Number.NaN)), name).toBeLessThan(1e-4)
        expect(ours?.[1], name).toBe(theirs?.[1])
      }
      for (const [what, difference] of Object.entries(differences))
        expect(difference, `${what}: ${name}`).toBeLessThan(1e-4)
    }
  })
})
