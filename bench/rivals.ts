import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Job } from './jobs.ts'
import { jemalloc } from './preload.ts'
import type { Command } from './process.ts'

/** Software that the step is compared with. */
export interface Rival {
  readonly name: string
  /** Returns the largest part of a job that it can do in reasonable time; the whole job if possible. */
  part(job: Job): Job
  /** Reason for the part and the configuration. */
  readonly reason: string
  /** Command that installs it. */
  readonly installation: string
  /** Its configurations, of which the fastest counts. */
  commands(part: Job): readonly Command[]
}

/** The Python that has PyTorch. */
export const python = process.env.THERMOGRAD_PYTHON ?? '/usr/bin/python3'

const file = (...names: string[]) => join(import.meta.dirname, ...names)

/** Returns the command for thermograd, with additional environment variables. */
export function thermograd(part: Job, environment: Readonly<Record<string, string>> = {}): Command {
  return { file: process.execPath, arguments: [file('contestant.ts'), JSON.stringify(part)], environment }
}

function javascript(script: string, ...options: string[]): Rival['commands'] {
  return (part) => [
    { file: process.execPath, arguments: [file('rivals', script), JSON.stringify(part), ...options] },
  ]
}

/** The evaluation of the teacher, or of a student without one. */
function evaluation({ teacher, student, batch }: Job): Job {
  return { teacher: teacher ?? student, batch }
}

const javascriptInstallation = 'npm install --prefix bench/rivals'

export const rivals: readonly Rival[] = [
  {
    name: 'pytorch',
    part: (job) => job,
    reason: 'the whole step, in the faster of its memory formats, with jemalloc if that is installed',
    installation: 'apt-get install python3-torch, or THERMOGRAD_PYTHON for another Python',
    commands: (part) =>
      ['channels last', 'contiguous'].map((format) => ({
        file: python,
        arguments: [
          ...[file('rivals', 'pytorch.py'), JSON.stringify(part)],
          ...[String(availableParallelism()), format],
        ],
        environment: jemalloc(),
      })),
  },
  {
    name: 'onnxruntime',
    part: evaluation,
    reason:
      'the evaluation of a network, which is all that it does, from the ONNX file that thermograd exports',
    installation: javascriptInstallation,
    commands: javascript('onnx.js'),
  },
  {
    name: 'jax-js',
    part: (job) => ({ ...job, batch: Math.min(job.batch, 2) }),
    reason:
      'the whole step, with batch norm composed of its operations, in batches of 2 because larger ones take minutes; ' +
      'its wasm backend, the only fast one in Node, without threads there',
    installation: javascriptInstallation,
    commands: javascript('jax.js'),
  },
  {
    name: 'tfjs-cpu',
    part: (job) => ({ ...job, batch: 1 }),
    reason:
      'the whole step, with batches of 1 because larger ones take minutes; of its backends for Node, the fastest that ' +
      'trains these layers without a native library: wasm lacks the gradient of convolution with respect to filters',
    installation: javascriptInstallation,
    commands: javascript('tfjs.js', 'cpu'),
  },
  {
    name: 'tfjs-wasm',
    part: evaluation,
    reason: 'the evaluation of a network: the largest part for which its fastest backend has all operations',
    installation: javascriptInstallation,
    commands: javascript('tfjs.js', 'wasm'),
  },
]
