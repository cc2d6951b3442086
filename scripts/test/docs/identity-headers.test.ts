// The tables of headers in the documents name those that the gateway sends, all of them and no other.
import { GATEWAY_SECRET_HEADER, IDENTITY_HEADER } from '@mobile-api-gateway/sdk/identity-headers.ts'
import t from 'tap'
import { markdownFiles } from '../support/documents.ts'

const identity = Object.values(IDENTITY_HEADER)

/** Each document, the heading above its table, and what the table has to name. */
const TABLES = [
  ['README.md', 'I receive calls', identity],
  ['kong-plugins/docs/backends.md', 'What you receive', [...identity, GATEWAY_SECRET_HEADER]],
] as const

for (const [file, heading, headers] of TABLES)
  t.test(`${file} names every identity header, as the gateway spells it`, async (t) => {
    const text = markdownFiles().find((document) => document.file === file)?.text ?? ''
    const [section = ''] = text.split(`\n## ${heading}\n`)[1]?.split('\n## ') ?? []
    const firstCells = [...section.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell = '']) => cell)
    const named = firstCells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
    t.strictSame(named.toSorted(), headers.toSorted())
  })
