// Files for spreadsheets: what people chose is text in them, and never a formula.
import t from 'tap'
import { csvOf } from '../../src/http/csv.ts'

t.test('what begins a formula, full-width as well, is text', (t) => {
  for (const sign of ['=', '+', '-', '@', '\t', '＝', '＋', '－', '＠'])
    t.equal(csvOf([[`${sign}1`, 'a']]), `"'${sign}1","a"\r\n`, sign)
  t.equal(csvOf([['a=1', 'say "hi"']]), '"a=1","say ""hi"""\r\n')
  t.end()
})
