import Table from 'cli-table3'
import type { Normalisation, SplitReport, Verification } from '../datasets/index.ts'

/** Formats the verification of a data set as text. */
export function verificationText(verification: Verification): string {
  const { path, dataset, layout, isWhole, train, test, normalisation, notes, duplicates, checksum } =
    verification
  const extent = isWhole
    ? ', with the published number of images'
    : ', with a different number of images than published'
  const table = new Table({
    head: ['', 'images', 'per class', 'mean', 'deviation'],
    style: { head: [], border: [], compact: true },
  })
  if (train) table.push(rowOf('train', train))
  table.push(rowOf('test', test))
  table.push(['normalised by', '', '', ...numbersOf(normalisation)])
  return [
    `${path}: ${dataset} in ${layout}${isWhole === undefined ? '' : extent}`,
    table.toString(),
    ...notes,
    duplicatesText(duplicates),
    ...(checksum
      ? [`MD5 ${checksum.actual}${checksum.actual === checksum.published ? ', as published' : ''}`]
      : []),
  ].join('\n')
}

function rowOf(name: string, { count, officialCount, fewest, most, measured }: SplitReport): string[] {
  const official = officialCount === undefined || officialCount === count ? '' : ` of ${officialCount}`
  return [
    name,
    `${count}${official}`,
    fewest === most ? `${most}` : `${fewest} to ${most}`,
    ...numbersOf(measured),
  ]
}

function numbersOf({ mean, std }: Normalisation): string[] {
  return [mean, std].map((numbers) => numbers.map((number) => number.toFixed(4)).join(' '))
}

function duplicatesText(duplicates: Verification['duplicates']): string {
  if (duplicates.length === 0) return 'no test image occurs in the training set'
  const some = duplicates.slice(0, 5).map(({ test, train }) => `test ${test} = train ${train}`)
  const more = duplicates.length > 5 ? ' …' : ''
  return `${duplicates.length} of the test images occur in the training set: ${some.join(', ')}${more}`
}
