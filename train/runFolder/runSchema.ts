import { z } from 'zod'
import { readJson } from '../../base/files/json.ts'
import { demandFittingAt } from '../../base/files/schemaMistakes.ts'
import type { Confusions } from '../loop/confusions.ts'
import type { EpochMetrics } from '../loop/observer.ts'

/** Reads a JSON file of a run folder; returns `undefined` if there is none. Throws if it does not have the expected form. */
export async function recordIn<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  const value = await readJson(path)
  return value === undefined ? undefined : demandFittingAt(path, value, schema)
}

/** NaN and the infinities are `null` in JSON. */
const number = z
  .number('a number')
  .nullable()
  .transform((value) => value ?? Number.NaN)

const text = z.string('a text')
const count = z.int('a count').min(0, 'a count')
const named = z.looseObject({ name: text }, 'something with a name')
const numbers = z.record(text, number, 'numbers by name')

/** The fields of `config.json` that the report needs; it prints the rest verbatim. */
export const configSchema = z.looseObject(
  {
    model: text,
    method: named,
    about: z.looseObject({ description: text, paper: text }, 'a description and a paper').optional(),
    dataset: named,
    teacher: z.looseObject({ model: text }, 'a teacher').optional(),
    recipe: z.looseObject({ epochs: count }, 'the hyperparameters of training'),
    seed: z.number('a number'),
    environment: z.looseObject({}, 'the environment of the run'),
  },
  'the configuration of a run',
)

const evaluation = z.object({ top1: number, top5: number, loss: number }, 'an evaluation')
const quantiles = z.tuple([number, number, number, number, number, number, number], 'seven quantiles')

/** A line of `metrics.jsonl`. */
export const epochSchema = z.object(
  {
    epoch: count,
    lr: number,
    train: numbers,
    guardedRows: count,
    test: evaluation,
    validation: evaluation.optional(),
    distribution: z.record(text, quantiles, 'quantiles by name').default({}),
    seconds: number,
    imagesPerSecond: number,
  },
  "an epoch's metrics",
) satisfies z.ZodType<EpochMetrics>

/** The result of a run: `result.json`. */
export interface RunResult {
  readonly last: EpochMetrics
  readonly best: EpochMetrics
  /** The images on which the best epoch was chosen. */
  readonly bestOn: 'test' | 'validation'
  /** Fingerprint of the final weights, see `fingerprintOf`. */
  readonly fingerprint: string
}

/** `result.json` */
export const resultSchema = z.object(
  {
    last: epochSchema,
    best: epochSchema,
    bestOn: z.enum(['test', 'validation'], 'test or validation'),
    fingerprint: text,
  },
  'the result of a run',
) satisfies z.ZodType<RunResult>

/** Maximal number of pixels of an image in a page. */
const mostPixels = 2 ** 20

const side = z.int('a length').min(1, 'a length')

/** `confusions.json` */
export const confusionsSchema = z
  .object(
    {
      classNames: z.array(text, 'names of classes'),
      matrix: z.array(z.array(count, 'a row of counts'), 'rows of counts'),
      worst: z.array(
        z.object({ label: count, predicted: count, count, images: z.array(text, 'images') }, 'a confusion'),
        'confusions',
      ),
      image: z.object(
        {
          shape: z
            .tuple([side.max(4, 'at most four channels'), side, side], 'channels, height and width')
            .refine(([, height, width]) => height * width <= mostPixels, 'a small image'),
          scale: z.number('a number').positive('a number above 0'),
        },
        'the format of an image',
      ),
    },
    'the confusions of a run',
  )
  .refine(
    ({ classNames: { length }, matrix }) =>
      matrix.length === length && matrix.every((row) => row.length === length),
    { path: ['matrix'], error: 'a row and a column for each class' },
  )
  .refine(
    ({ classNames: { length }, worst }) =>
      worst.every(({ label, predicted }) => label < length && predicted < length),
    { path: ['worst'], error: 'classes that have names' },
  ) satisfies z.ZodType<Confusions>
