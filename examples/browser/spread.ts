import { element, svg } from './elements.ts'

/** A number of each network, for one image. */
export interface Pair {
  readonly teacher: number
  readonly student: number
}

const height = 170
const left = 70
const right = 20
const lanes = { teacher: 42, student: 110 } as const
const axis = 142

/**
 * A dot for each image and network on a common axis, teachers above students; a line joins the two dots of an image. It
 * slants if the networks differ.
 */
export class Spread {
  readonly #container: HTMLElement
  /** A marked value, and its name. */
  readonly #mark: string | undefined

  constructor(id: string, mark?: string) {
    this.#container = element(id)
    this.#mark = mark
  }

  /** Draws the pairs on an axis from 0 to `end`. */
  show(pairs: readonly Pair[], end: number, mark?: number): void {
    const width = this.#container.clientWidth
    const x = (value: number) => left + ((width - left - right) * value) / end
    const picture = svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img' })
    picture.setAttribute('aria-label', describe(pairs))
    picture.append(...ticks(end).flatMap((value) => tick(x(value), value)))
    if (mark !== undefined) picture.append(...this.#markAt(x(mark)))
    picture.append(...(['teacher', 'student'] as const).map(lane))
    picture.append(...pairs.map((pair) => joint(x, pair)))
    picture.append(...pairs.flatMap((pair) => [dot(x, pair, 'teacher'), dot(x, pair, 'student')]))
    this.#container.replaceChildren(picture)
  }

  /** Shows the reason for which there is nothing to draw. */
  say(text: string): void {
    this.#container.replaceChildren(text)
  }

  #markAt(x: number): SVGElement[] {
    const line = svg('line', { x1: x, x2: x, y1: 18, y2: axis, class: 'mark' })
    return [line, svg('text', { x, y: 12, class: 'middle' }, this.#mark ?? '')]
  }
}

function lane(side: keyof Pair): SVGElement {
  return svg('text', { x: 0, y: lanes[side] + 4, class: side }, side === 'teacher' ? 'Teacher' : 'Student')
}

function joint(x: (value: number) => number, { teacher, student }: Pair): SVGElement {
  return svg('line', {
    x1: x(teacher),
    y1: lanes.teacher,
    x2: x(student),
    y2: lanes.student,
    class: 'joint',
  })
}

function dot(x: (value: number) => number, pair: Pair, side: keyof Pair): SVGElement {
  return svg('circle', { cx: x(pair[side]), cy: lanes[side], r: 5, class: `dot ${side}` })
}

function tick(x: number, value: number): SVGElement[] {
  return [
    svg('line', { x1: x, x2: x, y1: 22, y2: axis, class: 'grid' }),
    svg('text', { x, y: axis + 18, class: 'middle' }, `${value}`),
  ]
}

/** Returns four or five round tick values from 0. */
function ticks(end: number): number[] {
  const step = [1, 2, 4, 5, 10, 20, 50].find((step) => end / step <= 5) ?? 100
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => i * step)
}

function describe(pairs: readonly Pair[]): string {
  const mean = (side: keyof Pair) =>
    (pairs.reduce((sum, pair) => sum + pair[side], 0) / pairs.length).toFixed(2)
  return `${pairs.length} images: teacher ${mean('teacher')} on average, student ${mean('student')}`
}
