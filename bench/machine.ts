import { availableParallelism, cpus, totalmem } from 'node:os'

/** What a measurement was made on: it belongs to every number. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGibibytes: number
  readonly platform: string
}

export function thisMachine(): Machine {
  return {
    processor: cpus()[0].model,
    cores: availableParallelism(),
    memoryGibibytes: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
  }
}

export function describeMachine({ processor, cores, memoryGibibytes, platform }: Machine): string {
  return `${processor}, ${cores} cores, ${memoryGibibytes} GiB, ${platform}`
}
