// A child process that takes steps with thermograd: `node bench/contestant.ts '{"student":"resnet20","batch":64}'`.
import { currentExecutor } from '../engine/index.ts'
import { packageVersion } from '../train/environment.ts'
import { milliseconds } from './measure.ts'
import { serve } from './serve.ts'
import { stepOf } from './trainingSteps.ts'

const { name: executor, modes } = await currentExecutor()
const step = stepOf(JSON.parse(process.argv[2]))
const { node, v8 } = process.versions
await serve(
  {
    versions: { thermograd: packageVersion(), node, v8 },
    threads: Number(modes.threads ?? 1),
    notes: { executor, modes },
  },
  () => milliseconds(step),
)
