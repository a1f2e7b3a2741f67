import { join } from 'node:path'
import { withCleanUp } from '../base/files/cleanUp.ts'
import type { MethodDefinition } from '../kd/index.ts'
import type { Network } from '../nn/index.ts'
import { fingerprintOf } from './fingerprint.ts'
import { confusionsOf } from './loop/confusions.ts'
import { NonFiniteLossError } from './loop/errors.ts'
import { distillerFor } from './loop/hyperparameters.ts'
import { type History, train } from './loop/train.ts'
import { restoreWeights } from './loop/weights.ts'
import { type ResolvedRun, resolveRun } from './resolveRun.ts'
import { RunFolder } from './runFolder/runFolder.ts'
import type { RunResult } from './runFolder/runSchema.ts'
import { checkRun, type Run } from './runOptions.ts'
import { TeacherLogits } from './teacherLogits/index.ts'

/** A finished run. */
export interface FinishedRun extends RunResult {
  readonly network: Network
}

/**
 * Trains a new network and saves everything in the run's folder. With `resume`, an interrupted run continues from its newest
 * checkpoint, and a finished one returns its result.
 */
export async function run<Method extends string | MethodDefinition>(
  given: Run<Method>,
): Promise<FinishedRun> {
  checkRun(given)
  const { method, options, ...settings } = given
  return carryOut(await resolveRun(settings, distillerFor(method, settings.hyperparameters, options)))
}

/** Trains the network of a resolved run, or returns the result in its folder. */
export async function carryOut(resolved: ResolvedRun): Promise<FinishedRun> {
  const folder = await RunFolder.open(resolved)
  return withCleanUp(
    () => finishedIn(folder, resolved),
    () => folder.close(),
  )
}

async function finishedIn(folder: RunFolder, resolved: ResolvedRun): Promise<FinishedRun> {
  const { training, classNames, allowOtherNumerics } = resolved
  const { network, testImages, validationImages } = training
  const known = await folder.result()
  if (known !== undefined) {
    await restoreWeights(network, join(folder.path, 'last.safetensors'))
    return { network, ...known }
  }
  if (!allowOtherNumerics) folder.demandSameNumerics()
  const { last, best } = await trainInto(folder, resolved)
  const bestOn = validationImages === undefined ? ('test' as const) : ('validation' as const)
  const result = { last, best, bestOn, fingerprint: await fingerprintOf(network) }
  await folder.finish(result, await confusionsOf(network, classNames, testImages))
  return { network, ...result }
}

async function trainInto(folder: RunFolder, { training, logits, saveEvery }: ResolvedRun): Promise<History> {
  const teacherLogits = logits && (await TeacherLogits.open(logits))
  try {
    return await train({
      ...training,
      teacherLogits,
      observers: [folder, ...(training.observers ?? [])],
      survival: { checkpoints: folder.checkpoints, ...saveEvery },
    })
  } catch (error) {
    if (!(error instanceof NonFiniteLossError)) throw error
    throw new NonFiniteLossError(`${error.message}, saved in ${folder.path}`, error.position, {
      cause: error,
    })
  } finally {
    teacherLogits?.close()
  }
}
