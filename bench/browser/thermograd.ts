import { currentExecutor, grad, realize, tensor } from 'thermograd/engine'
import { dtkd } from 'thermograd/kd'
import { createModel, crossEntropy, SGD } from 'thermograd/nn'
import type { Job } from '../jobs.ts'

/** Returns the step of a job as in `trainingSteps.ts`, written with the built package, which is what pages import. */
export async function contestantOf({ teacher: teacherName, student: studentName, batch }: Job) {
  const { modes } = await currentExecutor()
  const threads = Number(modes.threads ?? 1)
  const pixels = Float32Array.from({ length: batch * 3 * 32 * 32 }, () => Math.random() - 0.5)
  const images = () => tensor(pixels, { shape: [batch, 3, 32, 32] })
  const classes = Int32Array.from({ length: batch }, (_, row) => row % 100)
  const teacher = teacherName === undefined ? undefined : createModel(teacherName).evaluate()
  if (studentName === undefined) {
    const evaluate = async () => void (await teacher!.forward(images()).logits.data())
    return { step: evaluate, threads }
  }
  const student = createModel(studentName, { seed: 1 })
  const optimizer = new SGD(student.parameters(), { lr: 0.05, momentum: 0.9, weightDecay: 5e-4 })
  const train = async () => {
    const [input, labels] = [images(), tensor(classes)]
    const { logits: u } = teacher?.forward(input) ?? {}
    const { logits: v } = student.forward(input)
    const loss = u ? dtkd(v, u, labels, { epoch: 240 }).loss : crossEntropy(v, labels)
    optimizer.step(grad(loss, student.parameters()))
    await realize(loss, student, optimizer)
    await loss.item()
  }
  return { step: train, threads }
}
