// A file that people write is read as it is, or refused by its name.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readTextFile, readTextFileSync } from '../src/text-file.ts'

t.test('text in UTF-8 is read to the letter, its mark included', async (t) => {
  const file = join(t.testdir(), 'text')
  for (const text of ['', 'Café – 🙂\r\n', '\ufeffwith a mark', 'U+FFFD \ufffd is a letter, too']) {
    await writeFile(file, text)
    t.equal(await readTextFile(file), text)
    t.equal(readTextFileSync(file), text)
  }
})

t.test('what is not, and what cannot be read, is refused by its name', async (t) => {
  const folder = t.testdir()
  const file = join(folder, 'text')
  const refused = async (path: string, message: string) => {
    await t.rejects(readTextFile(path), { name: 'UnreadableFile', message })
    t.throws(() => readTextFileSync(path), { name: 'UnreadableFile', message })
  }
  await refused(file, `${file} cannot be read (ENOENT).`)
  await refused(folder, `${folder} cannot be read (EISDIR).`)
  const encodings = [
    Buffer.from('Caf\xe9', 'latin1'),
    Buffer.from('\ufeffwith a mark', 'utf16le'),
    Buffer.from('without', 'utf16le'),
    Buffer.from('Café').subarray(0, -1),
  ]
  for (const bytes of encodings) {
    await writeFile(file, bytes)
    await refused(file, `${file} is not in UTF-8.`)
  }
})
