import type { Gpu } from '@sweepd/model'

/**
 * A compose file that replaces the one service `worker` by one for each GPU, which sees no other: what WebGPU needs, which
 * takes the first GPU that it finds.
 */
export function formatGpuServices(gpus: readonly Gpu[]): string[] {
  return [
    '# A worker for each GPU of the box that printed this:',
    '#   sweepd gpus --compose > gpus.compose.yml',
    '#   docker compose -f docker-compose.yml -f deploy/gpu.compose.yml -f gpus.compose.yml up --build',
    'services:',
    '  # The services below take its place.',
    '  worker:',
    '    scale: 0',
    ...gpus.flatMap(formatService),
  ]
}

function formatService({ uuid, name }: Gpu, index: number): string[] {
  return [
    `  # ${name.replace(/[^\x20-\x7e]/g, '?')}`,
    `  worker-gpu-${index}:`,
    '    extends:',
    '      file: docker-compose.yml',
    '      service: worker',
    '    image: sweepd-worker-cuda',
    '    build:',
    '      target: worker-cuda',
    '    environment:',
    '      NVIDIA_DRIVER_CAPABILITIES: compute,utility,graphics',
    '    deploy:',
    '      resources:',
    '        reservations:',
    '          devices:',
    '            - driver: nvidia',
    `              device_ids: ["${uuid}"]`,
    '              capabilities: [gpu]',
  ]
}
