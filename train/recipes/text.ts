import { Document, visit } from 'yaml'
import { checkRunRecipe, type RunRecipe } from './runRecipe.ts'

/** Serialises a recipe as YAML, which `parseRecipe` parses to the same recipe. */
export function recipeText(recipe: RunRecipe): string {
  checkRunRecipe('recipeText', recipe)
  const { module, dataset, data, teacher, student, method, training, augmentation, validation, limit, seed } =
    recipe
  const { name, ...options } = method
  const ordered = {
    dataset,
    data,
    module,
    teacher,
    student,
    method: { name, ...options },
    training,
    augmentation,
    validation,
    limit,
    seed,
  }
  const document = new Document(ordered, { aliasDuplicateObjects: false })
  visit(document, {
    Seq(_, list) {
      list.flow = true
    },
  })
  return document.toString({ lineWidth: 0, flowCollectionPadding: false })
}
