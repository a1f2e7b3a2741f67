import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { colour, onThemeChange } from './theme.ts'

/** A line of a chart: points from left to right. */
export interface Line {
  readonly x: readonly number[]
  readonly y: readonly (number | undefined)[]
  /** A custom property of the style sheet, such as `--teacher`. */
  readonly colour: string
  readonly width: number
  /** Opacity from 0 to 1. */
  readonly alpha: number
}

export interface ChartOptions {
  readonly scale: 'linear' | 'logarithmic'
  /** Range of the y axis. Default: that of the lines. */
  readonly range?: readonly [number, number]
  readonly format: (value: number) => string
}

/** A chart of lines over steps. */
export class Chart {
  readonly #container: HTMLElement
  readonly #options: ChartOptions
  #plot: uPlot | undefined
  /** The style of the lines. */
  #looks = ''

  constructor(container: HTMLElement, options: ChartOptions) {
    this.#container = container
    this.#options = options
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(container)
    onThemeChange(() => this.#plot?.redraw())
    this.show([], 1)
  }

  /** Draws these lines over steps from 0 to `steps`. */
  show(lines: readonly Line[], steps: number): void {
    const looks = JSON.stringify([steps, lines.map(({ colour, width, alpha }) => [colour, width, alpha])])
    if (looks !== this.#looks) {
      this.#plot?.destroy()
      this.#plot = new uPlot(this.#settings(lines, steps), [[]], this.#container)
      this.#looks = looks
    }
    const tables = lines.map(({ x, y }): uPlot.AlignedData => [[...x], [...y]])
    this.#plot?.setData(tables.length > 0 ? uPlot.join(tables) : [[]])
  }

  #size() {
    return { width: this.#container.clientWidth, height: this.#container.clientHeight }
  }

  #settings(lines: readonly Line[], steps: number): uPlot.Options {
    const { scale, range, format } = this.#options
    const axis = {
      stroke: () => colour('--quiet'),
      font: '12px system-ui, sans-serif',
      grid: { stroke: () => colour('--line'), width: 1 },
      ticks: { show: false },
    }
    return {
      ...this.#size(),
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: [0, steps] },
        y: { distr: scale === 'logarithmic' ? 3 : 1, ...(range && { range: [...range] }) },
      },
      axes: [
        { ...axis, size: 32, space: 70 },
        {
          ...axis,
          grid: scale === 'logarithmic' ? { ...axis.grid, filter: powersOfTen } : axis.grid,
          size: 48,
          values: (_, ticks) => ticks.map((value) => (value === null ? '' : format(value))),
        },
      ],
      series: [
        {},
        ...lines.map(({ colour: name, width, alpha }) => ({
          stroke: () => colour(name),
          width,
          alpha,
          spanGaps: true,
          points: { show: false },
        })),
      ],
    }
  }
}

/** Keeps only the grid lines at powers of ten. */
function powersOfTen(_: uPlot, values: number[]): (number | null)[] {
  return values.map((value) => (Number.isInteger(Math.log10(value)) ? value : null))
}
