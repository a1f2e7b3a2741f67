import { z } from 'zod'
import { check, path as pathRule } from '../../base/arguments.ts'
import { objectOf, oneOf, wholeFrom } from '../../base/files/schemaMistakes.ts'
import { readYaml } from '../../base/files/yaml.ts'
import { distillerNames } from '../../kd/index.ts'
import { methodWithOptions } from '../recipes/methodOptions.ts'
import { writtenRecipe } from '../recipes/schema.ts'

const { dataset, data, training, augmentation, validation, limit } = writtenRecipe.shape

const recipe = z.string('a recipe: its name or file').min(1, 'a recipe: its name or file')

const name = z
  .string('a name for folders')
  .regex(/^[\w.-]+$/, 'a name of letters, digits, dots, dashes and underscores')

/** What may stand in the file of a study. */
export const writtenStudy = objectOf({
  /** The folder of all its runs. */
  out: z.string('a folder').min(1, 'a folder'),
  pairs: several('recipes', textOr(recipe, objectOf({ name, recipe }))),
  methods: several('methods', textOr(oneOf(distillerNames), methodWithOptions)),
  seeds: several('seeds', wholeFrom(0)),
  /** What all runs share, whatever their recipes say. */
  set: objectOf({ dataset, data, training, augmentation, validation, limit }).partial().optional(),
})

function several<Item extends z.ZodType>(what: string, item: Item) {
  const expected = `a list of ${what}`
  return z.array(item, expected).min(1, `${expected} that is not empty`)
}

/** One schema for a word and another for anything else: of a plain union nobody could say what is wrong. */
function textOr<Text extends z.ZodType, Other extends z.ZodType>(text: Text, other: Other) {
  return z.unknown().transform((value, { issues }): z.output<Text> | z.output<Other> => {
    const result = (typeof value === 'string' ? text : other).safeParse(value)
    if (result.success) return result.data as z.output<Text> | z.output<Other>
    for (const issue of result.error.issues) issues.push({ ...issue, input: value } as z.core.$ZodRawIssue)
    return z.NEVER
  })
}

/** Pairs of networks, each by every method with every seed. */
export type WrittenStudy = z.output<typeof writtenStudy>

/** Reads the YAML of a study. Throws, with line and column, for anything in it that is not understood. */
export async function readStudy(path: string): Promise<WrittenStudy> {
  check('readStudy', 'path', path, pathRule)
  return (await readYaml(path)).as(writtenStudy)
}
