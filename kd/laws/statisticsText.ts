import type { CaseStatistics, Extent, Statistics } from './statistics.ts'

/** The width of a line. */
const width = 110

/** Formats statistics: how many cases have each trait, which traits never occurred, and the sizes of each law's batches. */
export function formatStatistics({ cases, batches, traits, laws }: CaseStatistics): string {
  const withTraits = (text: (name: string, count: number) => string | undefined) =>
    Object.entries(traits).map(([topic, counts]): Line => {
      const texts = Object.entries(counts).map(([name, count]) => text(name, count))
      return [topic, texts.filter((each) => each !== undefined)]
    })
  const alike = Map.groupBy(Object.keys(laws), (name) => sizesOf(laws[name]))
  return [
    `${many(cases)} cases, of which ${many(batches)} are batches; their traits:`,
    ...table(withTraits((name, count) => (count > 0 ? `${name}: ${share(count, batches)}` : undefined))),
    'Traits that never occurred:',
    ...table(withTraits((name, count) => (count > 0 ? undefined : name))),
    'Sizes, and the laws that had them:',
    ...table([...alike]),
  ].join('\n')
}

/** A title, and the texts that follow it. */
type Line = readonly [title: string, texts: readonly string[]]

function table(lines: readonly Line[]): string[] {
  const shown = lines.filter(([, texts]) => texts.length > 0)
  const indent = Math.max(...shown.map(([title]) => title.length)) + 4
  return shown.map(([title, texts]) => `  ${title}`.padEnd(indent) + wrapped(texts, indent))
}

/** Joins texts by commas, on as many lines as they need. */
function wrapped(texts: readonly string[], indent: number): string {
  const lines = ['']
  for (const [i, text] of texts.entries()) {
    const more = i < texts.length - 1 ? `${text}, ` : text
    const last = lines.length - 1
    if (indent + lines[last].length + more.length > width && lines[last] !== '') lines.push(more)
    else lines[last] += more
  }
  return lines.map((line) => line.trimEnd()).join(`\n${' '.repeat(indent)}`)
}

function sizesOf({ cases, samples, classes }: Statistics): string {
  const count = cases === 1 ? '1 case' : `${many(cases)} cases`
  return samples && classes
    ? `N = ${extent(samples)}, K = ${extent(classes)}, ${count}`
    : `rows alone, ${count}`
}

function extent({ least, most }: Extent): string {
  return least === most ? many(least) : `${many(least)}–${many(most)}`
}

/** A count that is not 0 is not shown as 0 %. */
function share(count: number, of: number): string {
  const percent = (100 * count) / of
  return percent < 1 ? '<1 %' : `${Math.round(percent)} %`
}

function many(count: number): string {
  return count.toLocaleString('en')
}
