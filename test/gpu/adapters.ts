// The software GPUs of this machine, and the environment of each: `node test/gpu/adapters.ts --help`.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { Command } from 'commander'
import { downloadLavapipe } from './lavapipe.ts'
import { installedGpus, lavapipeFolder, type SoftwareGpu, softwareGpus } from './software.ts'

await new Command()
  .description('The software GPUs of this machine for WebGPU in Node, with the variables that select each.')
  .option(
    '--download',
    `download lavapipe with the packages of Debian's backports into ${lavapipeFolder}, or the folder that ` +
      'THERMOGRAD_LAVAPIPE names; the system stays as it is',
  )
  .action(({ download }: { readonly download?: boolean }) => {
    try {
      if (download) downloadLavapipe(lavapipeFolder)
    } catch (error) {
      process.stderr.write(
        `lavapipe cannot be downloaded: ${error instanceof Error ? error.message : error}\n`,
      )
      process.exitCode = 1
    }
    for (const gpu of softwareGpus) process.stdout.write(`${describeGpu(gpu)}\n`)
  })
  .parseAsync()

function describeGpu(gpu: SoftwareGpu): string {
  if (!installedGpus().includes(gpu)) return `${gpu.name} is missing: ${gpu.installation}`
  const variables = Object.entries(gpu.environment).map(([name, value]) => `${name}=${value}`)
  return `${gpu.name}: ${adapterOf(gpu)}\n  ${variables.join(' ')}`
}

/** Returns what a process in this environment finds. */
function adapterOf({ environment }: SoftwareGpu): string {
  const program = `
    import { findAdapter } from './engine/executors/gpu/adapter.ts'
    process.stdout.write(await findAdapter().then(({ description }) => description, ({ message }) => message))
    process.exit()`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, ...environment },
  })
  return String(stdout) || 'crashes'
}
