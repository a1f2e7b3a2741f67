import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseRecipe, resolveRunRecipe } from '../../../../../train/index.ts'
import { type Mutation, pick, place, splice, spoiling } from '../mutations.ts'
import type { Format } from './format.ts'

const recipes = join(import.meta.dirname, '../../../../../train/recipes/published')

const ofMdistiller = `EXPERIMENT: { NAME: "kd", TAG: "kd,res32x4,res8x4" }
DISTILLER: { TYPE: "KD", TEACHER: "resnet32x4", STUDENT: "resnet8x4" }
KD: { TEMPERATURE: 4, LOSS: { CE_WEIGHT: 0.1, KD_WEIGHT: 0.9 } }
SOLVER: { BATCH_SIZE: 64, EPOCHS: 240, LR: 0.05, LR_DECAY_STAGES: [150, 180, 210], TRAINER: "base" }
`

const words = [
  '&a ',
  '*a',
  '*a, ',
  '<<: ',
  '? ',
  ': ',
  '- ',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  '|\n',
  '>\n',
  '#',
  '!!binary ',
  '%TAG ',
  '---\n',
  '\n  ',
  '\t',
  '.inf',
  '.nan',
  '-1',
  '1e400',
  '0o17',
  'null',
  '__proto__: ',
  'constructor: ',
  'student: ',
  'methods: ',
  'training: ',
]

/** Puts a word of YAML somewhere, now and then hundreds of times. */
const insertWord: Mutation = (bytes, stream) => {
  const at = place(bytes, stream)
  const times = pick([1, 1, 1, 2, 3, 50, 2000], stream)
  return splice(bytes, at, at, Buffer.from(pick(words, stream).repeat(times)))
}

export const recipe: Format = {
  async seeds() {
    const files = readdirSync(recipes).filter((name) => name.endsWith('.yaml'))
    const texts = [...files.map((name) => readFileSync(join(recipes, name))), Buffer.from(ofMdistiller)]
    return texts.map((bytes) => new Uint8Array(bytes))
  },
  spoil: spoiling([insertWord]),
  read(bytes) {
    const written = parseRecipe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), 'recipe.yaml')
    resolveRunRecipe(written, written.method ? {} : { 'method.name': 'dtkd' })
  },
}
