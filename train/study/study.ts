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
  .string('a folder name')
  .regex(/^[\w.-]+$/, 'a name of letters, digits, dots, dashes and underscores')

/** Schema of the file of a study. */
export const writtenStudy = objectOf({
  /** The folder of all runs. */
  out: z.string('a folder').min(1, 'a folder'),
  pairs: several('recipes', textOr(recipe, objectOf({ name, recipe }))),
  methods: several('methods', textOr(oneOf(distillerNames), methodWithOptions)),
  seeds: several('seeds', wholeFrom(0)),
  /** Settings of all runs, which override those of their recipes. */
  set: objectOf({ dataset, data, training, augmentation, validation, limit }).partial().optional(),
})

function several<Item extends z.ZodType>(what: string, item: Item) {
  const expected = `a list of ${what}`
  return z.array(item, expected).min(1, `a non-empty list of ${what}`)
}

/** Uses one schema for strings and another for all other values; a plain union would give no useful error. */
function textOr<Text extends z.ZodType, Other extends z.ZodType>(text: Text, other: Other) {
  return z.unknown().transform((value, { issues }): z.output<Text> | z.output<Other> => {
    const result = (typeof value === 'string' ? text : other).safeParse(value)
    if (result.success) return result.data as z.output<Text> | z.output<Other>
    for (const issue of result.error.issues) issues.push({ ...issue, input: value } as z.core.$ZodRawIssue)
    return z.NEVER
  })
}

/** A study as written: pairs of networks, with every method and every seed. */
export type WrittenStudy = z.output<typeof writtenStudy>

/** Reads the YAML file of a study. Throws, with line and column, if it does not fit the schema. */
export async function readStudy(path: string): Promise<WrittenStudy> {
  check('readStudy', 'path', path, pathRule)
  return (await readYaml(path)).as(writtenStudy)
}
