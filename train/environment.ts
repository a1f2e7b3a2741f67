import { readFileSync } from 'node:fs'
import module from 'node:module'
import { availableParallelism } from 'node:os'
import { anObject, checkExactly, checkFields, count, type Rules, text } from '../base/arguments.ts'
import { executorRule } from '../engine/device.ts'
import type { Choice } from '../engine/index.ts'

/** The environment of a training, recorded with every result. */
export interface Environment {
  readonly thermograd: string
  readonly node: string
  /** Operating system and processor. */
  readonly platform: string
  /** Number of logical CPUs available to this process. */
  readonly cores: number
  readonly executor: string
  /** Why this executor was chosen. */
  readonly executorReason: string
  /** Its active settings: threads, instructions, convolution methods. */
  readonly executorModes: { readonly [name: string]: unknown }
}

const rules: Rules<Environment> = {
  thermograd: text,
  node: text,
  platform: text,
  cores: count,
  executor: text,
  executorReason: text,
  executorModes: anObject,
}

export function checkEnvironment(operation: string, name: string, environment: Environment): void {
  checkExactly(operation, name, environment, rules)
}

/** Returns the environment of this process with an executor that `openExecutor` chose. */
export function environmentOf(choice: Choice): Environment {
  checkFields('environmentOf', 'choice', choice, { executor: executorRule, reason: text })
  const { executor, reason } = choice
  return {
    thermograd: packageVersion(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    executor: executor.name,
    executorReason: reason,
    executorModes: executor.modes,
  }
}

/** Returns the version of thermograd. */
export function packageVersion(): string {
  return JSON.parse(readFileSync(module.findPackageJSON(import.meta.url)!, 'utf8')).version
}
