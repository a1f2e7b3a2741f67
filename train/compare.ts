import { join } from 'node:path'
import {
  aFunction,
  anObject,
  arrayOf,
  checkExactly,
  either,
  optional,
  path as pathRule,
  type Rules,
  recordOf,
  text,
} from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { makeEmptyFolder } from '../base/files/folder.ts'
import { writeJson } from '../base/files/json.ts'
import { suggestionFor } from '../base/suggestions.ts'
import { limitRule } from '../datasets/arguments.ts'
import { Loader } from '../datasets/index.ts'
import type { Distiller, MethodDefinition } from '../kd/index.ts'
import type { NetworkDefinition } from '../nn/index.ts'
import { evaluate } from './loop/evaluate.ts'
import { checkHyperparameters, distillerFor, type Hyperparameters } from './loop/hyperparameters.ts'
import type { Observer } from './loop/observer.ts'
import { loadTeacher, newNetwork, type Teacher } from './networks.ts'
import { resolveRun } from './resolveRun.ts'
import { carryOut } from './run.ts'
import { checkShared, type RunSettings, type SharedSettings, sharedRules } from './runOptions.ts'
import { demandLogitsSuffice } from './teacherLogits/index.ts'

/** One teacher, and one student for each method. Each training has its own subfolder of `folder`. */
export interface Comparison extends SharedSettings {
  readonly teacher: {
    readonly model: string | NetworkDefinition
    readonly hyperparameters: Hyperparameters
    /** Path of its weights. Default: the teacher is trained first. */
    readonly weights?: string | undefined
  }
  readonly student: {
    readonly model: string | NetworkDefinition
    readonly hyperparameters: Hyperparameters
    /** Use at most this many training images, the same for every method. Default: all that the teacher uses. */
    readonly limit?: number | undefined
  }
  /** Names from `distillerNames`, or definitions. */
  readonly methods: readonly (string | MethodDefinition)[]
  /** Options that override a method's published ones, by method name. */
  readonly options?: Readonly<Record<string, object>>
  /** Returns the observer of a training, by the training's name: `teacher`, `student-kd`, … */
  readonly observe?: (name: string) => Observer
}

const rules: Rules<Comparison> = {
  ...sharedRules,
  teacher: anObject,
  student: anObject,
  methods: arrayOf(either(text, anObject)),
  options: optional(recordOf(optional(anObject))),
  observe: optional(aFunction),
}

function checkComparison(comparison: Comparison): void {
  checkExactly('compareMethods', 'comparison', comparison, rules)
  checkShared('compareMethods', 'comparison', comparison)
  const { teacher, student, methods, options = {} } = comparison
  const networkRules = { model: either(text, anObject), hyperparameters: anObject }
  checkExactly('compareMethods', 'comparison.teacher', teacher, {
    ...networkRules,
    weights: optional(pathRule),
  })
  checkExactly('compareMethods', 'comparison.student', student, {
    ...networkRules,
    limit: optional(limitRule),
  })
  checkHyperparameters('compareMethods', 'comparison.teacher.hyperparameters', teacher.hyperparameters)
  checkHyperparameters('compareMethods', 'comparison.student.hyperparameters', student.hyperparameters)
  const names = methods.map(nameOf)
  const other = Object.keys(options).find((name) => !names.includes(name))
  demand(
    other === undefined,
    () =>
      `compareMethods: options are given for '${other}', which is not one of the methods; ${suggestionFor(`${other}`, names)}`,
  )
}

/** Result of one training in a comparison. */
export interface Result {
  /** `teacher`, or `student-` followed by the method. */
  readonly name: string
  readonly model: string
  /** Test top-1 after the last epoch, in percent. */
  readonly last: number
  /** The highest test top-1 and its epoch; missing for a teacher whose weights were given. */
  readonly best?: { readonly top1: number; readonly epoch: number }
  /** Fingerprint of the final weights; missing for a teacher whose weights were given. */
  readonly fingerprint?: string
  /** Duration of training and evaluation. */
  readonly seconds: number
}

/**
 * Trains a teacher or loads a given one, then trains a student with each method. All students have the same hyperparameters and
 * initial weights, and see the same images in the same order: only the loss differs. Students learn from the teacher's weights
 * after its last epoch, because its best epoch was chosen on the test images.
 */
export async function compareMethods(comparison: Comparison): Promise<Result[]> {
  checkComparison(comparison)
  const { folder, dataset, student, seed } = comparison
  const distillers = distillersOf(comparison)
  const given = await openTeacher(comparison)
  if (!comparison.resume) await makeEmptyFolder(folder)
  const [teacher, ofTeacher] = given ?? (await trainTeacher(comparison))
  const limit = Math.min(student.limit ?? Infinity, comparison.limit ?? Infinity)
  const results = [ofTeacher]
  for (const distiller of distillers) {
    const particulars = { ...student, teacher, limit }
    const [, result] = await timedRun(comparison, `student-${distiller.method}`, distiller, particulars)
    results.push(result)
  }
  await writeJson(join(folder, 'results.json'), { dataset: dataset.name, seed, results })
  return results
}

/** Returns the methods. Throws for anything that does not suit them, before a teacher is trained for nothing. */
function distillersOf({
  dataset,
  teacher,
  teacherCache,
  student,
  methods,
  options = {},
}: Comparison): Distiller[] {
  demand(
    dataset.train.labels.length > 0,
    () => `there are no ${dataset.train.name}: this file is for evaluation only`,
  )
  const pair = {
    teacher: newNetwork(teacher.model, dataset),
    student: newNetwork(student.model, dataset),
    image: dataset.train.images.shape.slice(1),
    trainingLabels: dataset.train.labels,
  }
  const distillers = methods.map((method) =>
    distillerFor(method, student.hyperparameters, options[nameOf(method)]),
  )
  for (const distiller of distillers) {
    if (teacherCache) demandLogitsSuffice(distiller)
    distiller.build(pair)
  }
  const names = methods.map(nameOf)
  const repeated = names.find((name, i) => names.indexOf(name) !== i)
  demand(repeated === undefined, () => `compare: expected each method once, got ${repeated} twice`)
  return distillers
}

function nameOf(given: string | { readonly name: string }): string {
  return typeof given === 'string' ? given : given.name
}

/** Loads and evaluates the teacher if its weights are given. */
async function openTeacher({ dataset, teacher }: Comparison): Promise<[Teacher, Result] | undefined> {
  const { model, weights, hyperparameters } = teacher
  if (weights === undefined) return undefined
  const loaded = await loadTeacher(dataset, model, weights)
  const start = performance.now()
  const { top1 } = await evaluate(
    loaded.network,
    new Loader(dataset.test, { batchSize: hyperparameters.batchSize }),
  )
  const seconds = (performance.now() - start) / 1000
  return [loaded, { name: 'teacher', model: loaded.model, last: top1, seconds }]
}

function trainTeacher(comparison: Comparison): Promise<[Teacher, Result]> {
  const { model, hyperparameters } = comparison.teacher
  return timedRun(comparison, 'teacher', distillerFor('alone', hyperparameters), {
    model,
    hyperparameters,
    limit: comparison.limit,
  })
}

async function timedRun(
  { teacher, student, methods, options, observe, ...shared }: Comparison,
  name: string,
  distiller: Distiller,
  particulars: Pick<RunSettings, 'model' | 'teacher' | 'hyperparameters' | 'limit'>,
): Promise<[Teacher, Result]> {
  const start = performance.now()
  const folder = join(shared.folder, name)
  const settings = { ...shared, ...particulars, folder, observer: observe?.(name) }
  const { network, last, best, fingerprint } = await carryOut(await resolveRun(settings, distiller))
  const model = nameOf(particulars.model)
  return [
    { model, network, source: join(folder, 'last.safetensors') },
    {
      name,
      model,
      last: last.test.top1,
      best: { top1: best.test.top1, epoch: best.epoch },
      fingerprint,
      seconds: (performance.now() - start) / 1000,
    },
  ]
}
