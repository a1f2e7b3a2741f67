import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Job } from './jobs.ts'
import type { Command } from './process.ts'

/** Software that the step is compared with. */
export interface Rival {
  readonly name: string
  /** The largest part of a job that it can do in reasonable time, the whole where it can. */
  part(job: Job): Job
  /** Why this part, and why in this way. */
  readonly reason: string
  /** How it is had where it is missing. */
  readonly installation: string
  command(part: Job): Command
}

/** Where PyTorch is looked for. */
export const python = process.env.THERMOGRAD_PYTHON ?? '/usr/bin/python3'

const file = (...names: string[]) => join(import.meta.dirname, ...names)

/** thermograd itself, with environment variables if wanted. */
export function thermograd(part: Job, environment: Readonly<Record<string, string>> = {}): Command {
  return { file: process.execPath, arguments: [file('contestant.ts'), JSON.stringify(part)], environment }
}

function javascript(script: string, ...options: string[]): Rival['command'] {
  return (part) => ({
    file: process.execPath,
    arguments: [file('rivals', script), JSON.stringify(part), ...options],
  })
}

const javascriptInstallation = 'npm install --prefix bench/rivals'

export const rivals: readonly Rival[] = [
  {
    name: 'pytorch',
    part: (job) => job,
    reason: 'the whole step; maps lie channels last, which is its faster format',
    installation: 'apt-get install python3-torch, or THERMOGRAD_PYTHON for another Python',
    command: (part) => ({
      file: python,
      arguments: [file('rivals', 'pytorch.py'), JSON.stringify(part), String(availableParallelism())],
    }),
  },
  {
    name: 'jax-js',
    part: (job) => ({ ...job, batch: Math.min(job.batch, 2) }),
    reason:
      'the whole step, batch norm composed of its operations, in batches of 2 because larger ones take minutes; ' +
      'its wasm backend, the only fast one in Node, where it finds no threads',
    installation: javascriptInstallation,
    command: javascript('jax.js'),
  },
  {
    name: 'tfjs-cpu',
    part: (job) => ({ ...job, batch: 1 }),
    reason:
      'the whole step, image by image because it takes minutes for more; of its backends for Node the fastest that ' +
      'trains these layers without a native library: wasm lacks the gradient of convolution with respect to filters',
    installation: javascriptInstallation,
    command: javascript('tfjs.js', 'cpu'),
  },
  {
    name: 'tfjs-wasm',
    part: ({ teacher, student, batch }) => ({ teacher: teacher ?? student, batch }),
    reason: 'the evaluation of a network: the largest part for which its fastest backend has all operations',
    installation: javascriptInstallation,
    command: javascript('tfjs.js', 'wasm'),
  },
]
