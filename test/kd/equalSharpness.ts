/** Temperatures of both sides of a sample. */
interface Sides {
  readonly student: number
  readonly teacher: number
}

/**
 * The temperatures of equal sharpness by plain bisection in float64, with nothing of the library in it. Rows whose
 * squares would underflow are first enlarged together by a power of 2, which keeps their digits and, as S − ln K is then
 * a sum of squares, the root.
 */
export function equallySharp(student: readonly number[], teacher: readonly number[], tau: number): Sides {
  const rows = [centred(student), centred(teacher)]
  const size = Math.max(...rows.map(largest)) / tau
  const factor = size < 2 ** -100 ? 2 ** (-100 - Math.floor(Math.log2(size))) : 1
  const [v, u] = rows.map((row) => row.map((value) => value * factor))
  const at = (d: number): Sides => {
    const [x, y] = [largest(u) * Math.exp(d / 2), largest(v) * Math.exp(-d / 2)]
    return { teacher: 2 * tau * (x / (x + y)), student: 2 * tau * (y / (x + y)) }
  }
  let [low, high] = [-Math.log(u.length), Math.log(u.length)]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    const found = at(middle)
    if (excess(u, found.teacher) > excess(v, found.student)) low = middle
    else high = middle
  }
  return at((low + high) / 2)
}

function largest(row: readonly number[]): number {
  return row.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
}

function centred(row: readonly number[]): number[] {
  const below = row.map((value) => value - largest(row))
  // Divided first, so that the sum of large rows does not overflow.
  const mean = below.reduce((sum, value) => sum + value / row.length, 0)
  return below.map((value) => value - mean)
}

/** S(row / T) − ln K for a centred row. */
function excess(row: readonly number[], temperature: number): number {
  const z = row.map((value) => value / temperature)
  const most = largest(z)
  const meanOf = (f: (z: number) => number) => z.reduce((sum, value) => sum + f(value), 0) / z.length
  return most > 30
    ? most + Math.log(meanOf((value) => Math.exp(value - most)))
    : Math.log1p(meanOf(remainder))
}

/** eᶻ − 1 − z, by Taylor's series where that would cancel. */
function remainder(z: number): number {
  if (Math.abs(z) > 0.5) return Math.expm1(z) - z
  let [term, sum] = [(z * z) / 2, 0]
  for (let k = 3; k < 20; k++) {
    sum += term
    term *= z / k
  }
  return sum
}
