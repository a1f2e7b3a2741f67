import type { Distribution } from '../loop/distribution.ts'
import type { Quantiles } from '../loop/quantiles.ts'
import type { Chart, Curve } from './chart.ts'
import type { RunRecord } from './runRecord.ts'

const networks = ['student', 'teacher'] as const

const caption = 'Median over the test images; the inner band contains 50 % of them, the outer band 90 %.'

const kinds = [
  { kind: 'Sharpness', title: 'Sharpness', caption: `log Σ exp of an image's logits. ${caption}` },
  {
    kind: 'Temperature',
    title: 'Temperatures',
    caption: `Divisors of the logits in the distillation loss. ${caption}`,
  },
] as const

/** Charts of the distribution of sharpness and temperatures over the epochs of a run, on axes shared by all runs. */
export function spreads(run: RunRecord, runs: readonly RunRecord[]): Chart[] {
  return kinds.map(({ kind, title, caption }) => {
    const curves = curvesOf(run, kind)
    const edges = runs.flatMap((other) => curvesOf(other, kind)).flatMap(({ bands }) => bands![0])
    const range = [
      Math.min(...edges.flatMap(({ from }) => from)),
      Math.max(...edges.flatMap(({ to }) => to)),
    ] as const
    return { title, caption, curves, range }
  })
}

function curvesOf({ epochs }: RunRecord, kind: 'Sharpness' | 'Temperature'): Curve[] {
  return networks.flatMap((network) => {
    const name = `${network}${kind}`
    const seen = epochs.filter(({ distribution = {} as Distribution }) => name in distribution)
    const quantiles = seen.map(({ distribution }) => distribution[name])
    const at = { name: network, colour: `--${network}` as const, epochs: seen.map(({ epoch }) => epoch) }
    return seen.length === 0 ? [] : [spreadCurve(at, quantiles)]
  })
}

/** A curve of the median, with bands that contain 50 % and 90 % of the values. */
function spreadCurve(
  { name, colour, epochs }: Pick<Curve, 'name' | 'colour' | 'epochs'>,
  quantiles: readonly Quantiles[],
): Curve {
  const at = (index: number) => quantiles.map((numbers) => numbers[index])
  const bands = [
    { from: at(1), to: at(5) },
    { from: at(2), to: at(4) },
  ]
  return { name, colour, epochs, values: at(3), bands }
}
