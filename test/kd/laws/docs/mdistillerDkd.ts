/** DKD at τ = 4, α = 1, β = 8 as mdistiller computes it: it subtracts 1000 from the target's logit to leave it out. */
export default function mdistillerDkd(student: number[][], teacher: number[][], labels: number[]): number {
  const temperature = 4
  const losses = student.map((row, n) => {
    const [v, u] = [row, teacher[n]].map((logits) => logits.map((logit) => logit / temperature))
    const target = labels[n]
    const [q, p] = [v, u].map((logits) => softmax(logits))
    const ofTarget = divergence(halves(p, target), halves(q, target).map(Math.log))
    const ofOthers = divergence(softmax(masked(u, target)), logSoftmax(masked(v, target)))
    return temperature ** 2 * (ofTarget + 8 * ofOthers)
  })
  return losses.reduce((sum, loss) => sum + loss) / losses.length
}

function masked(logits: number[], target: number): number[] {
  return logits.map((logit, i) => (i === target ? logit - 1000 : logit))
}

/** The probabilities of the target and of all others together. */
function halves(p: number[], target: number): number[] {
  return [p[target], p.reduce((sum, value, i) => (i === target ? sum : sum + value), 0)]
}

function logSoftmax(logits: number[]): number[] {
  const largest = Math.max(...logits)
  const logSum = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0))
  return logits.map((logit) => logit - largest - logSum)
}

function softmax(logits: number[]): number[] {
  return logSoftmax(logits).map(Math.exp)
}

function divergence(p: number[], logQ: number[]): number {
  return p.reduce((sum, value, i) => (value === 0 ? sum : sum + value * (Math.log(value) - logQ[i])), 0)
}
