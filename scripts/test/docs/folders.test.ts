// The tables that say where to find what: each folder of sources has its row, and every path in them is there.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { markdownFiles, ROOT } from '../support/documents.ts'

/** Each document, the heading above its table, where its paths begin, and the folder whose folders have to be in it. */
const TABLES = [
  ['auth-server/docs/how-it-works.md', 'Where to find what', 'auth-server/src', ''],
  ['kong-plugins/docs/how-it-works.md', 'Where to find what', 'kong-plugins', 'src'],
  ['scripts/README.md', 'Folders', 'scripts', ''],
] as const

for (const [file, heading, root, below] of TABLES)
  t.test(`${file} tells what is in each folder`, async (t) => {
    const text = markdownFiles().find((document) => document.file === file)?.text ?? ''
    const [section = ''] = text.split(`\n## ${heading}\n`)[1]?.split('\n## ') ?? []
    const firstCells = [...section.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell = '']) => cell)
    const named = firstCells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path))
    const there = readdirSync(join(ROOT, root, below), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
      .map(({ name }) => `${join(below, name)}/`)
    t.ok(there.length > 5)
    t.strictSame(
      there.filter((folder) => !named.includes(folder)),
      [],
    )
  })

/** Where paths of a document may begin. */
const BASES = {
  'auth-server/docs/how-it-works.md': ['auth-server/src', 'auth-server', ''],
  'kong-plugins/docs/how-it-works.md': ['kong-plugins', ''],
  'scripts/README.md': ['scripts', ''],
} as const

for (const [file, bases] of Object.entries(BASES))
  t.test(`every path in the tables of ${file} is there`, async (t) => {
    const text = markdownFiles().find((document) => document.file === file)?.text ?? ''
    const rows = text.split('\n').filter((line) => line.startsWith('| '))
    const paths = rows.flatMap((row) => [...row.matchAll(/`((?:[\w.-]+\/)*[\w.-]+(?:\/|\.(?:ts|yml|css)))`/g)])
    t.ok(paths.length > 10)
    const isThere = (path: string): boolean => bases.some((base) => existsSync(join(ROOT, base, path)))
    t.strictSame(
      paths.map(([, path = '']) => path).filter((path) => !isThere(path)),
      [],
    )
  })
