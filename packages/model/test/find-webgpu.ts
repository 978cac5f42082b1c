import { existsSync } from 'node:fs'
// As built: the probe is a process of its own, which runs the built files.
import { probeEngine } from '../dist/engines/probe-engine.js'

/** A Vulkan driver in software: it comes with Debian's `chromium`, and the loader with `libvulkan1`. */
export const SOFTWARE_DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json'

/**
 * Makes this process find the software adapter, if there is one. Returns why no adapter is available here, for the
 * title of the tests that are skipped for it; undefined if one is. If `CI` is `true`, it throws instead.
 */
export async function findWebGpuFault(): Promise<string | undefined> {
  if (existsSync(SOFTWARE_DRIVER)) process.env['VK_ICD_FILENAMES'] = SOFTWARE_DRIVER
  const probe = await probeEngine('webgpu', { environment: process.env, enginesDir: '/nonexistent/engines' })
  if (probe.isAvailable) return undefined
  const fault = `no WebGPU adapter here: ${probe.reason}`
  if (process.env['CI'] === 'true') throw new Error(`${fault}. In CI, tests of WebGPU are not skipped.`)
  return fault
}
