import Table from 'cli-table3'

/** Formats a table, with the first column left-aligned and the others right-aligned. */
export function tableOf(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
    style: { head: [], border: [] },
    // No lines between rows.
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  })
  for (const row of rows) table.push([...row])
  return table.toString()
}

/** Formats with three significant digits, or as an integer from 1000 on. */
export function digits(value: number): string {
  return value >= 1000 ? Math.round(value).toString() : value.toPrecision(3)
}
