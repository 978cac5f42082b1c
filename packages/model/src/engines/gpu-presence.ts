import { readdirSync } from 'node:fs'

/** Software drivers of Vulkan, by the names of their files: Chromium's SwiftShader and Mesa's llvmpipe. */
const SOFTWARE_DRIVER = /swiftshader|lvp|llvmpipe|lavapipe/i

/** Hides software drivers from Vulkan's loader (1.3.234 or newer), beside whatever is hidden already. */
export function hideSoftwareDrivers(environment: NodeJS.ProcessEnv): Record<string, string> {
  const hidden = environment['VK_LOADER_DRIVERS_DISABLE']
  return {
    VK_LOADER_DRIVERS_DISABLE: ['*swiftshader*', '*lvp*', ...(hidden ? [hidden] : [])].join(','),
  }
}

/** Why Vulkan would compute in software, judging by its environment; undefined if that does not say so. */
export function findSoftwareDriver(environment: NodeJS.ProcessEnv): string | undefined {
  for (const name of ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES']) {
    const files = (environment[name] ?? '').split(process.platform === 'win32' ? ';' : ':').filter(Boolean)
    if (files.length > 0 && files.every((file) => SOFTWARE_DRIVER.test(file)))
      return `the Vulkan driver that ${name} names computes in software`
  }
  return undefined
}

/** Why this machine has no GPU, found without asking a driver; undefined if it may have one. */
export function findGpuAbsence(): string | undefined {
  if (process.platform !== 'linux') return undefined
  // `dxg` is the GPU of Windows, as its subsystem for Linux shows it.
  const hasGpu =
    listFolder('/dev').some((name) => /^nvidia|^dxg$/.test(name)) ||
    listFolder('/dev/dri').some((name) => name.startsWith('render'))
  return hasGpu ? undefined : 'there is neither /dev/nvidia* nor /dev/dri/render*'
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
