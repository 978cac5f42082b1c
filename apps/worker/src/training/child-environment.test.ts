import { expect, it } from 'vitest'
import { selectChildEnvironment } from './child-environment.js'

it('passes what a program needs to run and compute, and nothing that opens a door', () => {
  const needed = {
    PATH: '/bin',
    HOME: '/root',
    LC_ALL: 'C',
    https_proxy: 'http://proxy:8080',
    LD_LIBRARY_PATH: '/opt/cuda/lib64',
    CUDA_VISIBLE_DEVICES: '1',
    VK_ICD_FILENAMES: '/icd.json',
    NODE_OPTIONS: '--max-old-space-size=500',
    ORT_DISABLE_TELEMETRY: '1',
    SystemRoot: 'C:\\Windows',
  }
  const secrets = {
    DATABASE_URL: 'postgresql://user:secret@host/sweepd',
    REDIS_URL: 'redis://:secret@host',
    API_TOKEN: 'secret',
    PGPASSWORD: 'secret',
    AWS_SECRET_ACCESS_KEY: 'secret',
    GITHUB_TOKEN: 'secret',
  }
  expect(selectChildEnvironment({ ...needed, ...secrets })).toEqual(needed)
})
