import { z } from 'zod'
import { arrayOf, check, optional, path as pathRule } from '../../base/arguments.ts'
import { objectOf, oneOf, wholeFrom } from '../../base/files/schemaMistakes.ts'
import { readYaml } from '../../base/files/yaml.ts'
import { type Catalogue, catalogueOf } from '../catalogue/catalogue.ts'
import { loadModules } from '../catalogue/modules.ts'
import { methodWithOptions } from '../recipes/methodOptions.ts'
import { modulesIn } from '../recipes/runRecipe.ts'
import { moduleSchema, writtenRecipeIn } from '../recipes/schema.ts'

const recipe = z.string('a recipe: its name or file').min(1, 'a recipe: its name or file')

const name = z
  .string('a folder name')
  .regex(/^[\w.-]+$/, 'a name of letters, digits, dots, dashes and underscores')

/** Returns the schema of the file of a study whose names are in a catalogue. */
export function writtenStudyIn(catalogue: Catalogue) {
  const { dataset, data, training, augmentation, validation, limit } = writtenRecipeIn(catalogue).shape
  const { methods } = catalogue
  return objectOf({
    /** Modules of the recipes, in place of their own. */
    module: moduleSchema.optional(),
    /** The folder of all runs. */
    out: z.string('a folder').min(1, 'a folder'),
    pairs: several('recipes', textOr(recipe, objectOf({ name, recipe }))),
    methods: several('methods', textOr(oneOf(methods.names), methodWithOptions(methods))),
    seeds: several('seeds', wholeFrom(0)),
    /** Settings of all runs, which override those of their recipes. */
    set: objectOf({ dataset, data, training, augmentation, validation, limit }).partial().optional(),
  })
}

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
export type WrittenStudy = z.output<ReturnType<typeof writtenStudyIn>>

/**
 * Reads the YAML file of a study. Loads its modules or, if given, other `modules` in their place. Throws, with line and column,
 * if the file does not fit the schema.
 */
export async function readStudy(path: string, modules?: readonly string[]): Promise<WrittenStudy> {
  check('readStudy', 'path', path, pathRule)
  check('readStudy', 'modules', modules, optional(arrayOf(pathRule)))
  const file = await readYaml(path)
  const listed = modules ?? modulesIn(file.value)
  await loadModules(listed)
  return { ...file.as(writtenStudyIn(catalogueOf(listed))), ...(modules && { module: [...modules] }) }
}
