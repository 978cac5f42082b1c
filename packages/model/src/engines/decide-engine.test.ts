import { describe, expect, it } from 'vitest'
import { decideEngine, type ProbeResult } from './decide-engine.js'
import type { EngineKind } from './engine-kinds.js'

const CPU: ProbeResult = { isAvailable: true, name: 'onnx cpu', device: 'Some CPU' }
const WEBGPU: ProbeResult = { isAvailable: true, name: 'onnx webgpu', device: 'Some GPU' }
const CUDA: ProbeResult = { isAvailable: true, name: 'onnx cuda', device: 'NVIDIA H100' }
const missing = (reason: string): ProbeResult => ({ isAvailable: false, reason })

/** Answers from results, and remembers what was asked. */
function createProbe(results: Partial<Record<EngineKind, ProbeResult>>) {
  const asked: EngineKind[] = []
  const probe = async (kind: EngineKind) => {
    asked.push(kind)
    return results[kind] ?? missing('not in this test')
  }
  return { asked, probe }
}

describe('auto', () => {
  it('takes CUDA before WebGPU, without looking further', async () => {
    const { asked, probe } = createProbe({ cpu: CPU, webgpu: WEBGPU, cuda: CUDA })
    expect(await decideEngine('auto', probe)).toEqual({
      kind: 'cuda',
      name: 'onnx cuda',
      device: 'NVIDIA H100',
      sentence: 'Training with onnx cuda on NVIDIA H100, as CUDA is the fastest that this machine has.',
    })
    expect(asked).toEqual(['cuda'])
  })

  it('takes WebGPU if CUDA is unavailable, and says why', async () => {
    const { probe } = createProbe({ cpu: CPU, webgpu: WEBGPU, cuda: missing('no driver') })
    const { kind, sentence } = await decideEngine('auto', probe)
    expect(kind).toBe('webgpu')
    expect(sentence).toBe(
      'Training with onnx webgpu on Some GPU, as WebGPU has a hardware adapter, and CUDA is unavailable: no driver.',
    )
  })

  it('takes the CPU if neither is available, with both reasons', async () => {
    const { probe } = createProbe({ cpu: CPU, webgpu: missing('no adapter'), cuda: missing('no driver') })
    const { kind, sentence } = await decideEngine('auto', probe)
    expect(kind).toBe('cpu')
    expect(sentence).toContain('as CUDA is unavailable: no driver; so is WebGPU: no adapter.')
  })

  it('gives a reason that both have once', async () => {
    const { probe } = createProbe({ cpu: CPU, webgpu: missing('no GPU'), cuda: missing('no GPU') })
    const { sentence } = await decideEngine('auto', probe)
    expect(sentence).toBe('Training with onnx cpu on Some CPU, as no GPU is available: no GPU.')
  })
})

describe('an engine asked for by name', () => {
  it('says what is worth knowing of it', async () => {
    const { probe } = createProbe({
      tfjs: { ...CPU, name: 'tfjs native', note: 'TensorFlow uses no GPU: no driver' },
    })
    expect((await decideEngine('tfjs', probe)).sentence).toBe(
      'Training with tfjs native on Some CPU (TensorFlow uses no GPU: no driver), as ENGINE is tfjs.',
    )
  })

  it('is taken, whatever else there is', async () => {
    const { asked, probe } = createProbe({ cpu: CPU, cuda: CUDA })
    expect((await decideEngine('cpu', probe)).kind).toBe('cpu')
    expect(asked).toEqual(['cpu'])
  })

  for (const [kind, remedy] of [
    ['cuda', 'the image worker-cuda'],
    ['webgpu', 'Vulkan driver'],
    ['tfjs', 'npx sweepd engine install tfjs'],
    ['tfjs-plain', 'npm ci'],
  ] as const)
    it(`is refused with the remedy if it is unavailable: ${kind}`, async () => {
      const { probe } = createProbe({ cpu: CPU, [kind]: missing('it is broken') })
      const refusal = decideEngine(kind, probe)
      await expect(refusal).rejects.toMatchObject({
        code: 'engine-unavailable',
        kind,
        reason: 'it is broken',
      })
      await expect(refusal).rejects.toThrow(remedy)
    })
})
