/** Sorts `known` by edit distance to `name`; ties keep their order. */
export function nearestFirst(name: string, known: readonly string[]): string[] {
  const distances = new Map(known.map((candidate) => [candidate, distanceBetween(name, candidate)]))
  return known.toSorted((a, b) => distances.get(a)! - distances.get(b)!)
}

/** Returns the hint for an unknown name: the nearest known one or, if none is near, all of them. */
export function suggestionFor(name: string, known: readonly string[]): string {
  const [nearest] = nearestFirst(name, known)
  const isNear = nearest !== undefined && distanceBetween(name, nearest) <= nearest.length / 2
  return isNear ? `did you mean "${nearest}"?` : `expected one of ${known.join(', ') || '(none)'}`
}

/** Edit distance in letters, ignoring case and word separators; 0.5 if one name is the initials of the other. */
function distanceBetween(a: string, b: string): number {
  if (a !== b && (initials(a) === b || a === initials(b))) return 0.5
  return editDistance(lettersOf(a), lettersOf(b))
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, '')
}

/** Returns `lr` for `learningRate`, `learning_rate` and `learning-rate`. */
function initials(name: string): string {
  const words = name.replaceAll(/([a-z\d])([A-Z])/g, '$1 $2').split(/[-_ ]/)
  return words
    .map((word) => word.charAt(0))
    .join('')
    .toLowerCase()
}

/** Levenshtein distance, row by row: `row[j]` is the distance from the letters of `a` so far to `b.slice(0, j)`. */
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
