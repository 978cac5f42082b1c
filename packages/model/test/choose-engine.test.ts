import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { probeEngine } from '../dist/engines/probe-engine.js'
// As built: the probes are processes of their own, which run the built files.
import { chooseEngine } from '../dist/index.js'
import { findGpuAbsence, hideSoftwareDrivers } from '../src/engines/gpu-presence.js'
import { SOFTWARE_DRIVER } from './find-webgpu.js'

const software = { ...process.env, VK_ICD_FILENAMES: SOFTWARE_DRIVER }
const hasSoftwareDriver = existsSync(SOFTWARE_DRIVER)
/** Where none was installed. */
const NO_ENGINES = '/nonexistent/engines'
const TIMEOUT_MS = 240_000

describe('on a machine without a GPU', () => {
  const test = it.skipIf(findGpuAbsence() === undefined)

  test('auto takes the CPU and says why', async () => {
    const { kind, name, sentence } = await chooseEngine('auto')
    expect(kind).toBe('cpu')
    expect(name).toBe('onnx cpu')
    expect(sentence).toMatch(
      /^Training with onnx cpu on .+, as no GPU is available: there is neither \/dev\/nvidia\* nor /,
    )
  })

  test('auto takes no software adapter', async () => {
    expect((await chooseEngine('auto', { environment: software })).kind).toBe('cpu')
  })

  test(
    'CUDA asked for by name is refused with the remedy',
    async () => {
      await expect(chooseEngine('cuda')).rejects.toMatchObject({
        code: 'engine-unavailable',
        message: expect.stringMatching(/^ENGINE=cuda is unavailable here: .+ worker-cuda/),
      })
    },
    TIMEOUT_MS,
  )
})

describe.skipIf(!hasSoftwareDriver)('with a software adapter', () => {
  it(
    'WebGPU asked for by name is taken',
    async (test) => {
      const result = await probeEngine('webgpu', { environment: software, enginesDir: NO_ENGINES })
      test.skip(!result.isAvailable && /libvulkan/.test(result.reason), 'this machine has no Vulkan loader')
      expect(await chooseEngine('webgpu', { environment: software })).toMatchObject({
        kind: 'webgpu',
        sentence: 'Training with onnx webgpu on a software adapter, as ENGINE is webgpu.',
      })
    },
    TIMEOUT_MS,
  )

  it(
    'the probe of auto does not see it',
    async () => {
      const hidden = { ...software, ...hideSoftwareDrivers(software) }
      expect(await probeEngine('webgpu', { environment: hidden, enginesDir: NO_ENGINES })).toMatchObject({
        isAvailable: false,
      })
    },
    TIMEOUT_MS,
  )
})

it(
  'plain TensorFlow.js is there on every machine',
  async () => {
    expect(await chooseEngine('tfjs-plain')).toMatchObject({ kind: 'tfjs-plain', name: 'tfjs plain' })
  },
  TIMEOUT_MS,
)

it(
  'TensorFlow that is not installed is refused with the remedy, not replaced by plain TensorFlow.js',
  async () => {
    await expect(chooseEngine('tfjs', { enginesDir: NO_ENGINES })).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringMatching(
        /native TensorFlow is not installed in .+\(npx sweepd engine install tfjs\)/,
      ),
    })
  },
  TIMEOUT_MS,
)
