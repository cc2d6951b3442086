// npm run user -- import: people of another system, with their hashed passwords, from a file.
import { createReadStream } from 'node:fs'
import { type ImportSettings, importPeople } from '../../identity/import/import-people.ts'
import { textOf } from '../../identity/import/items.ts'
import { type FirebaseParameters, readFirebaseParameters } from '../../identity/import/sources/firebase.ts'
import { isSource, SOURCES } from '../../identity/import/sources.ts'
import { openerFor } from '../../identity/migration/open.ts'
import { readRecipientsKey } from '../../identity/migration/recipient.ts'
import { readKey, readText } from './key-file.ts'
import { Mistake } from './mistake.ts'
import type { Told } from './tell.ts'
import type { Verb, VerbCall } from './verb.ts'

const NAMES = Object.keys(SOURCES).join('|')

export const USER_IMPORT: Verb = {
  summary: 'Take people of another system over, with their hashed passwords',
  takes: ['FILE'],
  options: {
    from: { type: 'string', help: `${NAMES}: whose file it is; plain without it, a line of JSON for each person` },
    'trust-verified': { type: 'boolean', help: 'Believes what the file says of verified addresses' },
    'firebase-parameters': { type: 'string', help: 'A file with the hash parameters of the project' },
    key: { type: 'string', help: 'A file with the private key (JWK), for an export with hashes' },
    'dry-run': { type: 'boolean', help: 'Says what would happen, and changes nothing' },
  },
  run: importFile,
}

async function importFile({ values, deps, args: [file = ''] }: VerbCall): Promise<Told> {
  if (!deps) throw new Mistake('People are imported beside the server: without MANAGEMENT_URL, with its environment.')
  const { from: source = 'plain' } = values
  if (typeof source !== 'string' || !isSource(source))
    throw new Mistake(`--from is one of ${NAMES.replaceAll('|', ', ')}.`)
  const dryRun = values['dry-run'] === true
  const settings: ImportSettings = {
    source,
    dryRun,
    passwordPepper: deps.config.passwordPepper,
    trustVerified: values['trust-verified'] === true,
    firebase: await parametersIn(values['firebase-parameters']),
    opener: openerFor(typeof values.key === 'string' ? await readKey(values.key, readRecipientsKey) : undefined),
    tell: (sentence) => void process.stderr.write(`${sentence.replace(/^./, (first) => first.toUpperCase())}\n`),
  }
  const bytes: AsyncIterable<Uint8Array> = file === '-' ? process.stdin : createReadStream(file)
  const counts = await importPeople(deps.db, textOf(bytes), settings).catch((error: unknown) => {
    const code = error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : undefined
    throw code === undefined ? error : new Mistake(`${file} cannot be read (${code}).`)
  })
  const { added, withPassword, there, wrong } = counts
  const text = [
    `${dryRun ? 'Would be imported' : 'Imported'}: ${added}, of them with a password: ${withPassword}.`,
    `There already: ${there}. Wrong: ${wrong}.`,
    ...(dryRun ? ['Nothing has changed.'] : []),
  ].join(' ')
  const json = { imported: added, with_password: withPassword, there, wrong, dry_run: dryRun }
  return { json, text, exitCode: wrong > 0 ? 1 : 0 }
}

type Given = VerbCall['values'][string]

async function parametersIn(file: Given): Promise<FirebaseParameters | undefined> {
  if (typeof file !== 'string') return undefined
  const parameters = readFirebaseParameters(await readText(file))
  if (!parameters)
    throw new Mistake(
      `${file} is not what Firebase shows under "Password hash parameters": base64_signer_key, base64_salt_separator, rounds and mem_cost.`,
    )
  return parameters
}
