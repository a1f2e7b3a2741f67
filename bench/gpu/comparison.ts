import { type Adapter, acquireAdapter } from '../../engine/executors/gpu/adapter.ts'
import { describeMachine, type Machine, thisMachine } from '../machine.ts'
import { digits, tableOf } from '../table.ts'
import type { Contestant } from './contestant.ts'
import { countCalls, describeCounts } from './counts.ts'
import { type Failure, type Measurement, sideBySide } from './sideBySide.ts'
import { thermograd } from './thermograd.ts'
import { worksOf } from './work.ts'

/** The engines on one adapter, in one process. */
export interface Comparison {
  readonly machine: Machine
  readonly adapter: Adapter
  readonly batch: number
  readonly versions: Readonly<Record<string, string>>
  /** Engines that are not installed, and why not. */
  readonly absent: Readonly<Record<string, string>>
  readonly works: readonly ComparedWork[]
  /** Work with different results. */
  readonly disagreements: readonly string[]
}

interface ComparedWork {
  readonly name: string
  readonly measurements: readonly (Measurement | Failure)[]
  /** Our processor time and time, divided by those of the fastest rival. Missing if no rival can do the work. */
  readonly cpuRatio?: number
  readonly ratio?: number
}

const rivals: Readonly<Record<string, string>> = {
  'TensorFlow.js': '../rivals/tfjsGpu.js',
  'jax-js': '../rivals/jaxGpu.js',
}

/** Results in float32 whose sums run in different orders differ by about 1e-6. */
const tolerance = 1e-4

/** Compares this engine with its rivals, `seconds` for each work whose name matches. */
export async function compareEngines(batch: number, seconds: number, only: RegExp): Promise<Comparison> {
  const { adapter } = await acquireAdapter()
  countCalls()
  const { contestants, absent } = await contestantsHere(adapter)
  const works: ComparedWork[] = []
  for (const work of worksOf(batch).filter(({ name }) => only.test(name))) {
    process.stderr.write(`${work.name} …\n`)
    const measurements = await sideBySide(contestants, work, seconds)
    works.push({ name: work.name, measurements, ...ratiosOf(measurements) })
  }
  const disagreements = works
    .filter(({ measurements }) =>
      measurements.some((each) => 'difference' in each && !((each.difference ?? 0) < tolerance)),
    )
    .map(({ name }) => name)
  const versions = Object.fromEntries(contestants.map(({ name, version }) => [name, version]))
  return { machine: thisMachine(), adapter, batch, versions, absent, works, disagreements }
}

async function contestantsHere(
  adapter: Adapter,
): Promise<Pick<Comparison, 'absent'> & { contestants: Contestant[] }> {
  const contestants = [await thermograd()]
  const absent: Record<string, string> = {}
  for (const [name, module] of Object.entries(rivals)) {
    try {
      const { contestant } = await import(module)
      contestants.push(await contestant(adapter))
    } catch (error) {
      absent[name] = error instanceof Error ? error.message : String(error)
    }
  }
  return { contestants, absent }
}

function ratiosOf([ours, ...theirs]: readonly (Measurement | Failure)[]): Pick<
  ComparedWork,
  'cpuRatio' | 'ratio'
> {
  const measured = theirs.filter((each): each is Measurement => !('failure' in each))
  if ('failure' in ours || measured.length === 0) return {}
  const least = (quantity: 'milliseconds' | 'cpuMilliseconds') =>
    ours[quantity] / Math.min(...measured.map((each) => each[quantity]))
  return { cpuRatio: least('cpuMilliseconds'), ratio: least('milliseconds') }
}

export function describeComparison(comparison: Comparison): string {
  const { machine, adapter, batch, versions, absent, works, disagreements } = comparison
  const names = Object.keys(versions)
  const cells = (measurements: ComparedWork['measurements'], quantity: 'milliseconds' | 'cpuMilliseconds') =>
    measurements.map((each) => ('failure' in each ? 'cannot' : digits(each[quantity])))
  const ratio = (value?: number) => (value === undefined ? '' : digits(value))
  const times = works.map(({ name, measurements, cpuRatio, ratio: wallRatio }) => [
    name,
    ...[...cells(measurements, 'cpuMilliseconds'), ratio(cpuRatio)],
    ...[...cells(measurements, 'milliseconds'), ratio(wallRatio)],
  ])
  const calls = works.flatMap(({ name, measurements }) =>
    measurements.flatMap((each) =>
      'failure' in each
        ? [`${name}, ${each.contestant}: ${each.failure}`]
        : name.startsWith('step')
          ? [`${name}, ${each.contestant}: ${describeCounts(each.counts)}`]
          : [],
    ),
  )
  return [
    `${describeMachine(machine)}; ${adapter.description}; batch ${batch}`,
    ...Object.entries(versions).map(([name, version]) => `${name} ${version}`),
    ...Object.entries(absent).map(([name, reason]) => `${name} is absent: ${reason}`),
    tableOf(
      [
        '',
        ...names.map((name) => `${name}, CPU ms`),
        'ratio',
        ...names.map((name) => `${name}, ms`),
        'ratio',
      ],
      times,
    ),
    ...calls,
    ...disagreements.map((name) => `The results differ: ${name}`),
    '',
  ].join('\n')
}
