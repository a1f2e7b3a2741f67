const temperature = 4

/** KL of the softened teacher and student, times the temperature squared, the mean over the batch. */
export default function myLoss(student: number[][], teacher: number[][]): number {
  const losses = student.map((v, n) => temperature ** 2 * divergence(soften(teacher[n]), soften(v)))
  return losses.reduce((sum, loss) => sum + loss) / losses.length
}

/** Log-probabilities at the temperature. */
function soften(logits: number[]): number[] {
  const largest = Math.max(...logits)
  const scaled = logits.map((logit) => (logit - largest) / temperature)
  const logSum = Math.log(scaled.reduce((sum, logit) => sum + Math.exp(logit), 0))
  return scaled.map((logit) => logit - logSum)
}

function divergence(logP: number[], logQ: number[]): number {
  return logP.reduce((sum, value, i) => sum + Math.exp(value) * (value - logQ[i]), 0)
}
