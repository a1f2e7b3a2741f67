import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { openExecutor } from '../../engine/index.ts'
import * as train from '../../train/index.ts'
import { describeArguments, type Row, type Table } from './table.ts'

const folder = mkdtempSync(join(tmpdir(), 'arguments-'))
afterAll(() => rmSync(folder, { recursive: true }))

const { executor } = await openExecutor('reference')
const job = { manifest: 'runs.jsonl', runs: 12, atOnce: 8, cpus: 4, memory: 6 }
/** An object that may hold more. */
const open = (fields: object) => Object.assign(Object.create(null), fields)
const missing = join(folder, 'missing')

const named = (names: readonly string[], row: Row): Table =>
  Object.fromEntries(names.map((name) => [name, row]))

describeArguments('thermograd/train', train, {
  ...named(['signFlipP', 'significanceOf', 'summarize', 'tTestP', 'quantilesOf'], () => [[1, 2, 4]]),
  holm: () => [[0.1, 0.5]],
  slurmScript: () => [open({ ...job, hours: 24 })],
  kubernetesJob: () => [open({ ...job, image: 'thermograd:1', claim: 'study' })],
  reportOnRuns: { refused: () => [[missing], { images: true }] },
  serveReport: { refused: () => [[missing], { port: 0 }] },
  resolveRecipe: () => [
    {
      epochs: 2,
      batchSize: 2,
      dropLast: true,
      lr: 0.1,
      momentum: 0.9,
      weightDecay: 0,
      milestones: [1],
      lrDecay: 0.1,
      dot: 0.1,
    },
  ],
  planStep: {
    refused: () => [
      executor,
      open({ teacher: 'resnet8', student: 'none', batchSize: 2, classes: 2, image: [1, 8, 8] }),
    ],
  },
  ...named(['packageVersion', 'publishedRecipeNames', 'recipeSchema'], () => []),
  ...named(['NonFiniteLossError', 'TrainingStopped'], 'an error, made by thermograd alone'),
  ...named(
    'Checkpoints RunFolder TeacherLogits arrayIndex compareMethods demandSameSettings differencesBetween distillerFor environmentOf evaluate fetchTeachers findTeacher fingerprintOf idOf loadTeacher lockFolder manifestText newNetwork openRecipe outcomeOf parseRecipe planStudy plannedRunAt plannedRuns publishedRecipe readManifest readRecipe readStudy recipeOfRun recipeText reportOn resolveRunRecipe restoreWeights resultIn run scheduleOf teacherFile testLoader train'.split(
      ' ',
    ),
    'not held to this yet',
  ),
})
