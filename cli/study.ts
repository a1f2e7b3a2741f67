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
import { jsonOption, positiveInteger } from './options.ts'
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
    .summary('write a line for each run, to be kept as a manifest')
    .description(
      'Writes what is to be run: a line of JSON for each pair of networks, method and seed of a study.',
    )
    .argument('<study>', 'the YAML file of the study')
    .action(async (file: string) => {
      output.stdout.write(manifestText(await planStudy(await readStudy(file))))
    })
  const report = new Command('report')
    .summary('say what the runs have come to so far')
    .description('Reads the folders of the runs: means, deviations, differences, and what is missing.')
    .argument('<manifest>', 'the lines that "study plan" wrote')
    .addOption(jsonOption())
    .action(async (manifest: string, options: { readonly json?: boolean }) => {
      const report = await reportOn(plannedRuns(await readManifest(manifest)))
      writeResult(output, options, report, studyText(report))
    })
  return new Command('study')
    .summary('tables of pairs, methods and seeds, on many machines')
    .description('A study is pairs of networks, each by every method with every seed.')
    .addCommand(plan)
    .addCommand(templatesCommand(output))
    .addCommand(report)
}

/** What starts the runs of a manifest on a cluster. */
const templates = { slurm: slurmScript, kubernetes: kubernetesJob }

function templatesCommand(output: Output): Command {
  return new Command('templates')
    .summary('write what starts the runs on a cluster')
    .description(
      'Writes a batch script for a Slurm array, or an Indexed Job for Kubernetes, to be looked over.',
    )
    .addArgument(new Argument('<engine>', 'what runs them').choices(Object.keys(templates)))
    .argument('<manifest>', 'the lines that "study plan" wrote')
    .option('--at-once <count>', 'at most so many runs at the same time', positiveInteger, 8)
    .option('--cpus <count>', 'of each run', positiveInteger, 4)
    .option('--memory <GiB>', 'of each run', positiveInteger, 4)
    .option('--hours <count>', 'Slurm: until a run saves and queues again', positiveInteger, 24)
    .option('--image <name>', 'Kubernetes: a container image with thermograd', 'thermograd')
    .option('--claim <name>', 'Kubernetes: the claim of the shared volume', 'study')
    .action(async (engine: keyof typeof templates, manifest: string, options: TemplateOptions) => {
      const { length: runs } = plannedRuns(await readManifest(manifest))
      output.stdout.write(templates[engine]({ ...options, manifest, runs }))
    })
}
