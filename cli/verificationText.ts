import Table from 'cli-table3'
import type { Normalisation, SplitReport, Verification } from '../datasets/index.ts'

/** What a data set turned out to be, for people. */
export function verificationText(verification: Verification): string {
  const { path, dataset, layout, isWhole, train, test, normalisation, notes, duplicates, checksum } =
    verification
  const extent = isWhole ? ', as many images as are published' : ', not as many images as are published'
  const table = new Table({
    head: ['', 'images', 'in each class', 'mean', 'deviation'],
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
  if (duplicates.length === 0) return 'no test image is a training image too'
  const some = duplicates.slice(0, 5).map(({ test, train }) => `test ${test} = train ${train}`)
  const more = duplicates.length > 5 ? ' …' : ''
  return `${duplicates.length} of the test images are training images too: ${some.join(', ')}${more}`
}
