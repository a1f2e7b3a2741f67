import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'

/** What a measurement was made on: it belongs to every number. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGibibytes: number
  readonly platform: string
  /** How many processes wanted a processor, on average over the minute before this program started. */
  readonly loadBefore: number
}

const [loadBefore] = loadavg()

export function thisMachine(): Machine {
  return {
    processor: cpus()[0].model,
    cores: availableParallelism(),
    memoryGibibytes: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    loadBefore,
  }
}

export function describeMachine(machine: Machine): string {
  return `${identityOf(machine)}, load before: ${machine.loadBefore.toFixed(2)}`
}

/** Machines of one identity can be compared. */
export function identityOf({ processor, cores, memoryGibibytes, platform }: Machine): string {
  return `${processor}, ${cores} cores, ${memoryGibibytes} GiB, ${platform}`
}

/** Time that all processors together have spent at work, since the machine started. */
export function busyMilliseconds(): number {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0)
}
