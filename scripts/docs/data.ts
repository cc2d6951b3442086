// auth-server/docs/data.md: what the auth server stores about people and for how long, from what each table declares.
import type { AnyDeclaration, RowLifetime, RowsOfPerson } from '@mobile-api-gateway/auth-server/store/declaration.ts'
import { code, generatedFrom, table } from './markdown.ts'

type Rows = RowsOfPerson<Readonly<Record<string, unknown>>>

function codes(names: readonly string[]): string {
  return names.map(code).join(', ')
}

function lifetimeWords(lifetime: RowLifetime): string {
  if ('kept' in lifetime) return `Kept. ${lifetime.kept}`
  return `Until ${lifetime.until}.${lifetime.indexed ? '' : ' Looked for once an hour.'}`
}

function rowsWords(rows: Rows): string {
  return typeof rows === 'string' ? `by ${code(rows)}` : rows.words
}

function exportWords({ people }: AnyDeclaration): string {
  if ('nobody' in people) return ''
  const { exported } = people
  return 'nothing' in exported
    ? `Nothing. ${exported.nothing}`
    : `Rows ${rowsWords(exported.rows)}: ${codes(exported.columns)}`
}

function erasureWords({ people }: AnyDeclaration): string {
  if ('nobody' in people) return ''
  const { erased } = people
  if ('nothing' in erased) return `Nothing. ${erased.nothing}`
  if ('cascade' in erased) return `Deleted with the row in ${code(erased.cascade)}`
  if ('deleted' in erased) return `Deleted: rows ${rowsWords(erased.deleted)}`
  return `Made anonymous: rows ${rowsWords(erased.rows)} lose ${codes(Object.keys(erased.anonymous))}. ${erased.because}`
}

/** The whole page, in Markdown. */
export function dataPage(tables: Readonly<Record<string, AnyDeclaration>>): string {
  const all = Object.entries(tables).sort(([a], [b]) => (a < b ? -1 : 1))
  const nobody = all.flatMap(([name, { people }]) => ('nobody' in people ? [[code(name), people.nobody]] : []))
  const people = all.filter(([, { people }]) => !('nobody' in people))
  return `${generatedFrom('auth-server/src/store/tables')}

# What we keep about people, and how long

Everything that the auth server stores is in its PostgreSQL database. Secrets (passwords, tokens, codes) are stored as hashes, or sealed with a key that is not in the database.

## Every table

${table(
  ['Table', 'What for', 'How long'],
  all.map(([name, declaration]) => [code(name), declaration.purpose, lifetimeWords(declaration.lifetime)]),
)}

Rows whose time is over are removed by the server itself, in the background, within minutes unless the table says otherwise.

## What a person can ask for

*Export* is the copy of everything that is stored about a person. It holds no secrets: a hash of a password says nothing about anybody and helps whoever steals the copy. *Erasure* happens in one transaction, all or nothing. It ends every login of the person, and gateways refuse the access tokens of those within seconds.

${table(
  ['Table', 'Export', 'Erasure'],
  people.map(([name, declaration]) => [code(name), exportWords(declaration), erasureWords(declaration)]),
)}

Backups of the database are the operator's: what was erased lives on in them until they are deleted.

## Tables about nobody

${table(['Table', 'Why'], nobody)}

${codes(['kysely_migration', 'kysely_migration_lock'])} hold the names of the migrations that were applied.
`
}
