// npm run user -- export: people as lines or as a table; with their hashes for the holder of a private key alone.
import { each } from '@mobile-api-gateway/sdk/management/index.ts'
import { BY_COMMAND } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import { csvOf } from '../../http/csv.ts'
import { exportPeople } from '../../identity/migration/export-people.ts'
import { readRecipient } from '../../identity/migration/recipient.ts'
import { type WriteText, written } from '../new-file.ts'
import { readKey } from './key-file.ts'
import { Mistake } from './mistake.ts'
import type { Told } from './tell.ts'
import type { Verb, VerbCall } from './verb.ts'

export const USER_EXPORT: Verb = {
  summary: 'Write everybody with an account into a file, or to the terminal',
  takes: [],
  options: {
    into: { type: 'string', help: 'The file, which must not be there yet; you alone can read it' },
    format: { type: 'string', help: 'ndjson|csv: lines as an import reads them, or a table for people' },
    'with-hashes': { type: 'boolean', help: 'With the hashes of their passwords, for the key that --to names' },
    to: { type: 'string', help: 'A file with a public key (JWK): RSA of 2048 bits or more, P-256 and longer, X25519' },
  },
  run: runExport,
}

async function runExport(call: VerbCall): Promise<Told> {
  const { into, format = 'ndjson', to, 'with-hashes': withHashes = false } = call.values
  if (format !== 'ndjson' && format !== 'csv') throw new Mistake('--format is ndjson or csv.')
  if (withHashes !== (to !== undefined)) throw new Mistake('--with-hashes and --to go together.')
  if (withHashes === true) {
    if (format !== 'ndjson') throw new Mistake('Hashes are written as lines: leave --format away.')
    if (into === undefined) throw new Mistake('Name the file for the hashes with --into.')
    return exportHashes(call, String(to), String(into))
  }
  const people = await written(into === undefined ? undefined : String(into), (write) =>
    exportPlain(call, format, write),
  )
  if (call.deps) {
    const change = { before: [], after: [`people ${people}`] }
    await record(call.deps.db, { type: 'people', outcome: 'exported', change }, BY_COMMAND)
  }
  return { json: { people }, text: into === undefined ? '' : `Written: ${people}.`, remark: `${people} people.` }
}

const COLUMNS = ['id', 'email', 'email_verified', 'name', 'language', 'status', 'created_at', 'groups'] as const

async function exportPlain({ client }: VerbCall, format: 'ndjson' | 'csv', write: WriteText): Promise<number> {
  let count = 0
  if (format === 'csv') await write(csvOf([COLUMNS]))
  const told = format === 'csv' ? table(client) : lines(client)
  for await (const text of told) {
    await write(text)
    count++
  }
  return count
}

async function* lines(client: VerbCall['client']): AsyncGenerator<string> {
  for await (const person of each(client.people.export, { limit: 100 })) yield `${JSON.stringify(person)}\n`
}

async function* table(client: VerbCall['client']): AsyncGenerator<string> {
  // Who is being deleted stays.
  for await (const person of each(client.people.list, { kind: 'account', limit: 100 }))
    if (person.status === 'active' || person.status === 'suspended')
      yield csvOf([COLUMNS.map((column) => cellOf(person[column]))])
}

function cellOf(value: string | boolean | readonly string[] | null): string {
  return typeof value === 'object' ? (value ?? []).join(' ') : String(value)
}

async function exportHashes({ deps }: VerbCall, to: string, into: string): Promise<Told> {
  if (!deps) throw new Mistake('Hashes are exported beside the server: without MANAGEMENT_URL, with its environment.')
  const recipient = await readKey(to, readRecipient)
  const settings = { peppers: deps.config, keyEncryptionKeys: deps.config.keyEncryptionKeys, recipient }
  const { people, hashes, lost } = await written(into, (write) =>
    exportPeople(deps.db, { ...settings, write: (line) => write(`${line}\n`) }),
  )
  const json = { people, hashes, lost, key: recipient.thumbprint }
  const without = lost > 0 ? ` Without a hash, because nobody knows its pepper any more: ${lost}.` : ''
  return {
    json,
    text: `Written: ${people} people with ${hashes} hashes, for the key ${recipient.thumbprint}.${without}`,
  }
}
