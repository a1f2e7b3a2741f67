// A step on WebGPU, by kernel, or next to other engines: `node bench/gpu.ts --help`.

import { compareEngines, describeComparison } from './gpu/comparison.ts'
import { analyseStep, describeAnalysis } from './gpu/kernels.ts'
import { jobFrom, type StepOptions, stepProgram } from './options.ts'

interface Options extends StepOptions {
  readonly rivals?: boolean
  readonly only?: string
}

await stepProgram('Images per second of a step on WebGPU, and where its time goes.', {
  job: 'dtkd',
  batch: 64,
  seconds: 5,
})
  .option(
    '--rivals',
    'instead, single operations and steps next to other engines on the same adapter, for this time each: ' +
      'npm install --prefix bench/rivals',
  )
  .option('--only <regular expression>', 'with --rivals: work whose name matches')
  .action(async ({ rivals, only = '', json, ...options }: Options) => {
    if (rivals) {
      const comparison = await compareEngines(options.batch, options.seconds, new RegExp(only))
      process.stdout.write(json ? `${JSON.stringify(comparison)}\n` : describeComparison(comparison))
      if (comparison.disagreements.length > 0) process.exitCode = 1
    } else {
      const analysis = await analyseStep(jobFrom(options), options.seconds)
      const { kernels, ...others } = analysis
      const result = { ...others, kernels: Object.fromEntries(kernels) }
      process.stdout.write(json ? `${JSON.stringify(result)}\n` : describeAnalysis(analysis))
    }
  })
  .parseAsync()
