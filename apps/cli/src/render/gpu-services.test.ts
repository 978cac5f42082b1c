import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { formatGpuServices } from './gpu-services.js'

it('prints a service for each GPU that sees no other, in place of the one for all', () => {
  const gpus = [
    { uuid: 'GPU-aaaa1111', name: 'NVIDIA H100 80GB HBM3', memoryMib: 81559 },
    { uuid: 'MIG-bbbb2222', name: 'NVIDIA A100\nservices: {}', memoryMib: null },
  ]
  const { services } = parse(formatGpuServices(gpus).join('\n'))
  expect(Object.keys(services)).toEqual(['worker', 'worker-gpu-0', 'worker-gpu-1'])
  expect(services.worker).toEqual({ scale: 0 })
  expect(services['worker-gpu-1']).toMatchObject({
    extends: { file: 'docker-compose.yml', service: 'worker' },
    build: { target: 'worker-cuda' },
    deploy: { resources: { reservations: { devices: [{ device_ids: ['MIG-bbbb2222'] }] } } },
  })
})
