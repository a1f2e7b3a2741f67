import { describe, it } from 'vitest'
import { grad, realizeOn, type Tensor, tensor } from '../../engine/index.ts'
import { dtkd } from '../../kd/index.ts'
import { createModel, modelNamed, type Network, SGD } from '../../nn/index.ts'
import { fill, fillWeights, hashed } from './fill.ts'
import { normOf } from './models.ts'
import { notRun } from './notRun.ts'
import { expectClose, labelled, type Precision, type Spreads, spreadOf } from './precision.ts'

export interface TrajectoryRun {
  readonly student: string
  readonly teacher: string
  readonly epoch: number
  readonly steps: number
  readonly batch: number
  readonly lr: number
  readonly momentum: number
  readonly weightDecay: number
  readonly alpha: number
  readonly beta: number
  readonly ceWeight: number
  readonly referenceTemperature: number
  readonly warmup: number
  /** Before each step. */
  readonly losses: readonly number[]
  /** Of some parameters after the last step. */
  readonly finalNorms: Readonly<Record<string, number>>
}

/** Of losses, and of the norms of weights. */
type RunSpreads = Spreads<'losses' | 'norms'>

/** In ms: steps of VGG take the reference executor minutes. */
const longest = 900_000

/** Steps of DTKD distillation with SGD: the student trains, the teacher evaluates. */
export function describeTrajectories(
  runs: readonly TrajectoryRun[],
  precisions: readonly Precision[],
  spreads: readonly RunSpreads[] = [],
): void {
  for (const [i, run] of runs.entries()) {
    const title = `${run.teacher} to ${run.student}, ${run.steps} steps`
    const absent = [run.student, run.teacher].filter((name) => modelNamed(name) === undefined)
    if (absent.length > 0) {
      notRun(title, `there is no ${absent.join(' and no ')} yet`)
      continue
    }
    const parameters = Math.max(...[run.student, run.teacher].map(parametersOf))
    describe(title, () => {
      for (const precision of precisions) {
        const { name, dtype, largest = Number.POSITIVE_INFINITY } = precision
        if (parameters > largest)
          notRun(`on the ${name}`, `${parameters} parameters are more than ${largest}`)
        else if (dtype === 'float32' && !spreads[i])
          notRun(`${title} on the ${name}`, 'float32.py has not recorded how far float32 may be off')
        else it(`on the ${name}`, () => checkRun(run, precision, spreads[i]), longest)
      }
    })
  }
}

function parametersOf(name: string): number {
  return createModel(name)
    .parameters()
    .reduce((sum, { size }) => sum + size, 0)
}

async function checkRun(
  run: TrajectoryRun,
  precision: Precision,
  spreads: RunSpreads | undefined,
): Promise<void> {
  const executor = await precision.open()
  const { networkGradients } = precision
  const { losses = 0, norms = 0 } = spreadOf(spreads, precision) ?? {}
  const student = filledNetwork(run.student, precision)
  const teacher = filledNetwork(run.teacher, precision).evaluate()
  const { lr, momentum, weightDecay } = run
  const optimizer = new SGD(student.parameters(), { lr, momentum, weightDecay })
  for (let step = 0; step < run.steps; step++) {
    const x = images(run.batch, step, precision)
    const { loss } = dtkd(student.forward(x).logits, teacher.forward(x).logits, labels(run.batch, step), {
      alpha: run.alpha,
      beta: run.beta,
      crossEntropyWeight: run.ceWeight,
      referenceTemperature: run.referenceTemperature,
      warmUp: run.warmup,
      epoch: run.epoch,
      guard: 'none',
    })
    optimizer.step(grad(loss, student.parameters()))
    await realizeOn(executor, loss, student, optimizer)
    const tolerance = Math.max(networkGradients, losses)
    expectClose(`loss of step ${step + 1}`, await loss.data(), [run.losses[step]], tolerance)
  }
  const tolerance = Math.max(networkGradients, norms)
  for (const [name, norm] of Object.entries(run.finalNorms)) {
    expectClose(`norm of ${name}`, [normOf(await student.stateDict().get(name)!.data())], [norm], tolerance)
  }
}

function filledNetwork(name: string, { dtype }: Precision): Network {
  const network = createModel(name).to(dtype)
  fillWeights(network)
  return network
}

function images(batch: number, step: number, { dtype }: Precision): Tensor {
  const shape = [batch, 3, 32, 32]
  return tensor(fill(shape, 2000003 + step, 1.5), { dtype, shape })
}

function labels(batch: number, step: number): Tensor {
  return labelled(
    Array.from({ length: batch }, (_, i) => Math.floor(((hashed(i, 2100011 + step) + 1) / 2) * 100)),
  )
}
