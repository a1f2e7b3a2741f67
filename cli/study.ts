import { Argument, Command } from 'commander'
import {
  type ArrayJob,
  kubernetesJob,
  manifestText,
  plannedRuns,
  planStudy,
  readManifest,
  readStudy,
  reportOn,
  slurmScript,
} from '../train/index.ts'
import { jsonOption, type ModuleOptions, moduleOption, positiveInteger } from './options.ts'
import type { Output } from './output.ts'
import { writeResult } from './results.ts'
import { studyText } from './studyTable.ts'

interface TemplateOptions extends Pick<ArrayJob, 'atOnce' | 'cpus' | 'memory'> {
  readonly hours: number
  readonly image: string
  readonly claim: string
}

export function studyCommand(output: Output): Command {
  const plan = new Command('plan')
    .summary('print the manifest of a study, one line per run')
    .description(
      'Prints the manifest of a study: a line of JSON for each combination of pair, method and seed.',
    )
    .argument('<study>', 'YAML file of the study')
    .addOption(moduleOption())
    .action(async (file: string, { module }: ModuleOptions) => {
      output.stdout.write(manifestText(await planStudy(await readStudy(file, module))))
    })
  const report = new Command('report')
    .summary('report the results of a study so far')
    .description(
      'Reads the run folders and prints means, standard deviations, differences between methods, and missing runs.',
    )
    .argument('<manifest>', 'manifest written by "study plan"')
    .addOption(jsonOption())
    .action(async (manifest: string, options: { readonly json?: boolean }) => {
      const report = await reportOn(plannedRuns(await readManifest(manifest)))
      writeResult(output, options, report, studyText(report))
    })
  return new Command('study')
    .summary('plan, start and report many runs, on many machines')
    .description('A study combines pairs of networks with every method and every seed.')
    .addCommand(plan)
    .addCommand(templatesCommand(output))
    .addCommand(report)
}

/** Job templates that start the runs of a manifest on a cluster. */
const templates = { slurm: slurmScript, kubernetes: kubernetesJob }

function templatesCommand(output: Output): Command {
  return new Command('templates')
    .summary('print a job template that starts the runs on a cluster')
    .description(
      'Prints a batch script for a Slurm array, or an Indexed Job for Kubernetes. Review it before use.',
    )
    .addArgument(new Argument('<engine>', 'scheduler').choices(Object.keys(templates)))
    .argument('<manifest>', 'manifest written by "study plan"')
    .option('--at-once <count>', 'run at most this many at the same time', positiveInteger, 8)
    .option('--cpus <count>', 'CPUs per run', positiveInteger, 4)
    .option('--memory <GiB>', 'memory per run', positiveInteger, 4)
    .option('--hours <count>', 'Slurm: hours until a run saves and requeues itself', positiveInteger, 24)
    .option('--image <name>', 'Kubernetes: container image with thermograd', 'thermograd')
    .option('--claim <name>', 'Kubernetes: persistent volume claim of the shared volume', 'study')
    .action(async (engine: keyof typeof templates, manifest: string, options: TemplateOptions) => {
      const { length: runs } = plannedRuns(await readManifest(manifest))
      output.stdout.write(templates[engine]({ ...options, manifest, runs }))
    })
}
