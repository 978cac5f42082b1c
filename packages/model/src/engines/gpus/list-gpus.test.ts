import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listGpus } from './list-gpus.js'
import { parseGpus } from './parse-gpus.js'
import { selectVisible } from './visible-gpus.js'

const QUERY = `GPU-aaaa1111-0000, NVIDIA H100 80GB HBM3, 81559
GPU-bbbb2222-0000, NVIDIA A100-SXM4-40GB, 40960
GPU-cccc3333-0000, NVIDIA GB10, [N/A]
`
const LIST = `GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-aaaa1111-0000)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-bbbb2222-0000)
  MIG 3g.20gb     Device  0: (UUID: MIG-dddd4444-0000)
  MIG 1g.5gb+me   Device  1: (UUID: MIG-eeee5555-0000)
GPU 2: NVIDIA GB10 (UUID: GPU-cccc3333-0000)
`
const gpus = parseGpus(QUERY, LIST)
const namesFor = (visible: string | undefined) =>
  selectVisible(gpus, visible).map(({ uuid }) => uuid.slice(0, 8))

describe('the GPUs of a machine', () => {
  it('are listed with their memory, and by their parts if MIG divides them', () => {
    expect(selectVisible(gpus, undefined)).toEqual([
      { uuid: 'GPU-aaaa1111-0000', name: 'NVIDIA H100 80GB HBM3', memoryMib: 81559 },
      { uuid: 'MIG-dddd4444-0000', name: 'NVIDIA A100-SXM4-40GB MIG 3g.20gb', memoryMib: 20480 },
      { uuid: 'MIG-eeee5555-0000', name: 'NVIDIA A100-SXM4-40GB MIG 1g.5gb+me', memoryMib: 5120 },
      { uuid: 'GPU-cccc3333-0000', name: 'NVIDIA GB10', memoryMib: null },
    ])
  })

  it.each([
    ['2,0', ['GPU-cccc', 'GPU-aaaa']],
    ['GPU-cc', ['GPU-cccc']],
    ['MIG-eeee5555-0000', ['MIG-eeee']],
    ['1', ['MIG-dddd', 'MIG-eeee']],
    ['0,0', ['GPU-aaaa']],
    ['0,7,2', ['GPU-aaaa']],
    ['-1', []],
    ['', []],
  ])('are limited by CUDA_VISIBLE_DEVICES=%s', (visible, expected) => {
    expect(namesFor(visible)).toEqual(expected)
  })

  it('are none without nvidia-smi, and those that it tells of', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sweepd-gpus-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    expect(await listGpus({ PATH: folder })).toEqual([])
    const script = `#!/bin/sh\nif [ "$1" = -L ]; then echo '${LIST}'; else echo '${QUERY}'; fi\n`
    await writeFile(join(folder, 'nvidia-smi'), script)
    await chmod(join(folder, 'nvidia-smi'), 0o755)
    expect(await listGpus({ PATH: folder, CUDA_VISIBLE_DEVICES: '0' })).toMatchObject([
      { uuid: 'GPU-aaaa1111-0000' },
    ])
  })
})
