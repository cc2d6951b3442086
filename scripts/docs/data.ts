// auth-server/docs/data.md: what the auth server stores about people and for how long, from what each table declares.
import {
  type AnyDeclaration,
  type ColumnExport,
  erasuresOf,
  exportsOf,
  type RowLifetime,
  type RowsOfPerson,
} from '@mobile-api-gateway/auth-server/store/declaration.ts'
import { code, generatedFrom, table } from './markdown.ts'

function codes(names: readonly string[]): string {
  return names.map(code).join(', ')
}

function lifetimeWords(lifetime: RowLifetime): string {
  if ('kept' in lifetime) return `Kept. ${lifetime.kept}`
  return `Until ${lifetime.until}.${lifetime.indexed ? '' : ' Looked for once an hour.'}`
}

function rowsWords(rows: RowsOfPerson): string {
  return typeof rows === 'string' ? `by ${code(rows)}` : rows.words
}

/** Why a column is not part of a copy. */
const LEFT_OUT: readonly (readonly [ColumnExport, string])[] = [
  ['secret', 'secret'],
  ['owner', 'the person'],
  ['repeated', 'repeated'],
  ['internal', 'internal'],
]

function exportWords(declaration: AnyDeclaration): string {
  const { people } = declaration
  if ('nobody' in people) return ''
  if ('nothing' in people.exported) return `Nothing. ${people.exported.nothing}`
  return exportsOf(declaration)
    .map(({ rows, columns }) => {
      const named = (wanted: ColumnExport) => Object.keys(columns).filter((name) => columns[name] === wanted)
      const leftOut = LEFT_OUT.flatMap(([why, words]) =>
        named(why).length > 0 ? [`${codes(named(why))} (${words})`] : [],
      )
      const without = leftOut.length > 0 ? `; without ${leftOut.join(', ')}` : ''
      return `Rows ${rowsWords(rows)}: ${codes(named('exported'))}${without}`
    })
    .join('. ')
}

function erasureWords(declaration: AnyDeclaration): string {
  const { people } = declaration
  if ('nobody' in people) return ''
  if ('nothing' in people.erased) return `Nothing. ${people.erased.nothing}`
  if ('cascade' in people.erased) return `Deleted with the row in ${code(people.erased.cascade)}`
  return erasuresOf(declaration)
    .map((erasure) =>
      'deleted' in erasure
        ? `Deleted: rows ${rowsWords(erasure.deleted)}`
        : `Made anonymous: rows ${rowsWords(erasure.rows)} lose ${codes(Object.keys(erasure.anonymous))}. ${erasure.because}`,
    )
    .join('. ')
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

*Export* is the copy of everything that is stored about a person. What of a row is left out is a secret or made of one (a hash of a password says nothing about anybody and helps whoever steals the copy), says who the person is, which the copy begins with, repeats in another form what is there, or is internal: the server's own bookkeeping. *Erasure* happens in one transaction, all or nothing. It ends every login of the person, and gateways refuse the access tokens of those within seconds.

${table(
  ['Table', 'Export', 'Erasure'],
  people.map(([name, declaration]) => [code(name), exportWords(declaration), erasureWords(declaration)]),
)}

## What an erasure does not reach

| What | Until when |
|---|---|
| What happened (\`audit_events\`), under a random pseudonym that leads to nobody any more | Kept, or for \`AUDIT_DAYS\` |
| That a wrong address was tried (\`audit_events\`), and from where, as of anything else that led to no account (\`audit_details\`) | 90 days |
| Sealed keys under which attempts are counted (\`attempts\`) | The window of the limit ([limits.md](limits.md)) |
| Which access tokens gateways have to refuse (\`revocations\`), by random ids | Two hours |
| The log: the address that each request came from, and never whose it was | As long as the operator keeps it |
| Mails that were sent | In the mailboxes of those who got them; files of \`npm start\` go with the person |
| Backups of the database | Until the operator deletes them |

## Tables about nobody

${table(['Table', 'Why'], nobody)}

${codes(['kysely_migration', 'kysely_migration_lock'])} hold the names of the migrations that were applied.
`
}
