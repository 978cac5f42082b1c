import { expect, it } from 'vitest'
import { findSoftwareDriver, hideSoftwareDrivers } from './gpu-presence.js'

it('knows software drivers of Vulkan by their files', () => {
  for (const file of [
    '/usr/lib/chromium/vk_swiftshader_icd.json',
    '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json',
  ])
    for (const name of ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'])
      expect(findSoftwareDriver({ [name]: file })).toBe(
        `the Vulkan driver that ${name} names computes in software`,
      )
})

it('finds nothing where a driver of hardware is named, or none', () => {
  expect(findSoftwareDriver({})).toBeUndefined()
  expect(findSoftwareDriver({ VK_ICD_FILENAMES: '' })).toBeUndefined()
  expect(findSoftwareDriver({ VK_ICD_FILENAMES: '/etc/vulkan/icd.d/nvidia_icd.json' })).toBeUndefined()
})

it('hides software drivers beside those that are hidden already', () => {
  expect(hideSoftwareDrivers({})).toEqual({ VK_LOADER_DRIVERS_DISABLE: '*swiftshader*,*lvp*' })
  expect(hideSoftwareDrivers({ VK_LOADER_DRIVERS_DISABLE: 'intel*' })).toEqual({
    VK_LOADER_DRIVERS_DISABLE: '*swiftshader*,*lvp*,intel*',
  })
})
