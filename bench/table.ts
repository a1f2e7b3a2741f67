import Table from 'cli-table3'

/** Rows for people, the first column on the left and the others on the right. */
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

/** Three digits that count. */
export function digits(value: number): string {
  return value >= 1000 ? Math.round(value).toString() : value.toPrecision(3)
}
