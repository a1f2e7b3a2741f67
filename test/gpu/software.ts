import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** A software GPU for WebGPU in Node: a Vulkan driver that computes on the processor. */
export interface SoftwareGpu {
  readonly name: string
  /** Variables with which a process must start, so that Vulkan finds this driver and the driver its libraries. */
  readonly environment: Readonly<Record<string, string>>
  /** The file that describes the driver to Vulkan. */
  readonly driver: string
  /** How to get it on Debian. */
  readonly installation: string
}

/** The folder of lavapipe: that of THERMOGRAD_LAVAPIPE, or one that git ignores. */
export const lavapipeFolder =
  process.env.THERMOGRAD_LAVAPIPE ?? join(import.meta.dirname, '../../.cache/lavapipe')

function softwareGpu(
  name: string,
  driver: string,
  installation: string,
  libraries?: Readonly<Record<string, string>>,
): SoftwareGpu {
  return { name, driver, installation, environment: { VK_DRIVER_FILES: driver, ...libraries } }
}

/** Independent drivers, the most widespread first. */
export const softwareGpus: readonly SoftwareGpu[] = [
  softwareGpu(
    'SwiftShader',
    '/usr/lib/chromium/vk_swiftshader_icd.json',
    'apt-get install --no-install-recommends chromium libvulkan1',
  ),
  softwareGpu('lavapipe', join(lavapipeFolder, 'driver.json'), 'npm run gpu:adapters -- --download', {
    LD_LIBRARY_PATH: join(lavapipeFolder, 'libraries'),
  }),
]

/** Returns those on this machine. */
export function installedGpus(): SoftwareGpu[] {
  return softwareGpus.filter(({ driver }) => existsSync(driver))
}
