import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'

/** The machine of a measurement, which is reported with every number. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGibibytes: number
  readonly platform: string
  /** Load average over the minute before this program started. */
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

/** Returns the identity of a machine; only equal ones can be compared. */
export function identityOf({ processor, cores, memoryGibibytes, platform }: Machine): string {
  return `${processor}, ${cores} cores, ${memoryGibibytes} GiB, ${platform}`
}

/** Returns the busy time of all processors together since the machine started. */
export function busyMilliseconds(): number {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0)
}
