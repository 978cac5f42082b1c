import type { Gpu } from '@sweepd/model'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { formatGpuServices } from '../render/gpu-services.js'
import { type CommandContext, reply } from './context.js'

const NONE =
  'nvidia-smi tells of no NVIDIA GPU on this machine. Install the driver; in a container, start it with GPUs (docs/deployment.md).'

/** `sweepd gpus [--compose]`: the NVIDIA GPUs of this machine, or a compose file with a worker for each. */
export async function gpus(
  { isCompose }: { readonly isCompose: boolean },
  context: CommandContext,
): Promise<ExitCode> {
  const { listGpus } = await import('@sweepd/model')
  const found = await listGpus()
  if (isCompose && found.length > 0) {
    context.terminal.print(...formatGpuServices(found))
    return EXIT.ok
  }
  const code = reply(context, found, () => (found.length === 0 ? [NONE] : formatList(found)))
  return found.length === 0 && isCompose ? EXIT.failed : code
}

function formatList(gpus: readonly Gpu[]): string[] {
  const width = Math.max(...gpus.map(({ uuid }) => uuid.length))
  return gpus.map(({ uuid, name, memoryMib }) => {
    const memory = memoryMib === null ? '' : `, ${(memoryMib / 1024).toFixed(1)} GiB`
    return `${uuid.padEnd(width)}  ${name}${memory}`
  })
}
