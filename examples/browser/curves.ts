import { Chart, type Line } from './chart.ts'
import { element } from './elements.ts'
import { colourOf, type Run } from './runs.ts'

const accuracy = new Chart(element('accuracy-chart'), {
  scale: 'linear',
  range: [0, 100],
  format: (percent) => `${percent} %`,
})
const loss = new Chart(element('loss-chart'), {
  scale: 'logarithmic',
  range: [0.005, 40],
  format: (value) => `${value}`,
})

/** Number of losses that a smoothed point averages. */
const span = 12

/** Draws accuracies and losses, the newest run on top; earlier students stay, as thinner lines. */
export function showCurves(teacher: Run | undefined, students: readonly Run[]): void {
  const earlier = students.slice(0, -1)
  const newest = students.slice(-1)
  const base = teacher === undefined ? [] : [teacher]
  const steps = Math.max(100, ...[...base, ...students].map(({ total }) => total))
  accuracy.show(
    [
      ...base.map((run) => accuracyLine(run, 2, newest.length > 0 ? 0.55 : 1)),
      ...earlier.map((run) => accuracyLine(run, 1.5, 0.6)),
      ...newest.map((run) => accuracyLine(run, 3, 1)),
    ],
    steps,
  )
  const shown = newest.length > 0 ? newest : base
  loss.show(
    shown.flatMap((run) => [lossLine(run, 1, 1, 0.3), lossLine(run, span, 2.5, 1)]),
    steps,
  )
}

function accuracyLine(run: Run, width: number, alpha: number): Line {
  const tested = run.steps.filter(({ accuracy }) => accuracy !== undefined)
  return {
    x: tested.map(({ step }) => step),
    y: tested.map(({ accuracy }) => accuracy),
    colour: colourOf(run),
    width,
    alpha,
  }
}

/** Returns the moving average of `count` losses. */
function lossLine(run: Run, count: number, width: number, alpha: number): Line {
  const losses = run.steps.map(({ loss }) => loss)
  const means = losses.map((_, i) => {
    const recent = losses.slice(Math.max(0, i + 1 - count), i + 1)
    return recent.reduce((sum, loss) => sum + loss, 0) / recent.length
  })
  return { x: run.steps.map(({ step }) => step), y: means, colour: colourOf(run), width, alpha }
}
