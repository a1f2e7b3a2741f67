import { installedGpus, softwareGpus } from './software.ts'

/** Says which software GPUs the tests run on, and how to get the others. */
export default function announce(): void {
  const installed = installedGpus()
  const names = installed.map(({ name }) => name).join(' and ')
  const missing = softwareGpus.filter((gpu) => !installed.includes(gpu))
  console.log(`Software GPUs: ${names || 'none'}`)
  for (const { name, installation } of missing) console.log(`${name} is missing: ${installation}`)
}
