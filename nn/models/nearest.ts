/** The names by how few letters must be added, dropped or changed to reach them; equal ones keep their order. */
export function nearestFirst(name: string, known: readonly string[]): string[] {
  const distances = new Map(known.map((candidate) => [candidate, editDistance(name, candidate)]))
  return known.toSorted((a, b) => distances.get(a)! - distances.get(b)!)
}

/** Levenshtein's distance, row by row: `row[j]` is the distance of the letters of `a` so far to `b.slice(0, j)`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (const letter of a) {
    const next = [row[0] + 1]
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(row[j + 1] + 1, next[j] + 1, row[j] + (letter === b[j] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]
}
