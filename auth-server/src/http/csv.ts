// Rows as a file for spreadsheets (RFC 4180), in which nothing that people chose is a formula. Pure.

/** Excel and others calculate what begins so, some with the full-width signs, too; after a quote it is text. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/

function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return `"${safe.replaceAll('"', '""')}"`
}

export function csvOf(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}
