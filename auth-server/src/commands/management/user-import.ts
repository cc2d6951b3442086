// npm run user -- import: people of another system, with their hashed passwords, from a file.
import { createReadStream } from 'node:fs'
import type { Deps } from '../../deps.ts'
import { readProviders } from '../../identity/federation/configure.ts'
import type { BelongingRules } from '../../identity/import/belongings.ts'
import { type ImportSettings, importPeople } from '../../identity/import/import-people.ts'
import { textOf } from '../../identity/import/items.ts'
import { isLeftOut, LEFT_OUT } from '../../identity/import/left-out.ts'
import { type FirebaseParameters, readFirebaseParameters } from '../../identity/import/sources/firebase.ts'
import { isSource, SOURCES } from '../../identity/import/sources.ts'
import { openerFor } from '../../identity/migration/open.ts'
import { readRecipientsKey } from '../../identity/migration/recipient.ts'
import { listForms } from '../../store/tables/registrations.ts'
import { allSettings } from '../command-settings.ts'
import { readKey, readText } from './key-file.ts'
import { Mistake } from './mistake.ts'
import type { Told } from './tell.ts'
import { textsOf, type Verb, type VerbCall } from './verb.ts'

const NAMES = Object.keys(SOURCES).join('|')

export const USER_IMPORT: Verb = {
  summary: 'Take people of another system over, with their hashed passwords',
  takes: ['FILE'],
  options: {
    from: { type: 'string', help: `${NAMES}: whose file it is; plain without it, a line of JSON for each person` },
    'trust-verified': { type: 'boolean', help: 'Believes what the file says of verified addresses' },
    'firebase-parameters': { type: 'string', help: 'A file with the hash parameters of the project' },
    groups: { type: 'boolean', help: 'Puts people into the groups of the same name here' },
    group: { type: 'string', multiple: true, help: 'NAME=GROUP: what a group of the file is called here' },
    provider: {
      type: 'string',
      multiple: true,
      help: 'NAME=PROVIDER: takes linked identities; which provider here is called NAME in the file',
    },
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
    keyEncryptionKeys: deps.config.keyEncryptionKeys,
    rules: await rulesOf(values, deps),
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
  const { added, withPassword, there, wrong, left } = counts
  const text = [
    `${dryRun ? 'Would be imported' : 'Imported'}: ${added}, of them with a password: ${withPassword}.`,
    `There already: ${there}. Wrong: ${wrong}.`,
    ...(dryRun ? ['Nothing has changed.'] : []),
  ].join(' ')
  const stays = Object.entries(LEFT_OUT).flatMap(([kind, why]) =>
    isLeftOut(kind) && left[kind] !== undefined ? [`\nNot taken over, ${kind}: ${left[kind]} (${why}).`] : [],
  )
  const json = { imported: added, with_password: withPassword, there, wrong, left_out: left, dry_run: dryRun }
  return { json, text: [text, ...stays].join(''), exitCode: wrong > 0 ? 1 : 0 }
}

/** What may come along: by the options, and by what there is here. */
async function rulesOf(values: VerbCall['values'], { db, config }: Deps): Promise<BelongingRules> {
  const providers = await readProviders(config, allSettings())
  const issuerOf = (name: string) => {
    const issuer = providers.find(name)?.issuer
    if (issuer === undefined) throw new Mistake(`No provider here is called ${JSON.stringify(name)}.`)
    return issuer
  }
  return {
    takesGroups: values.groups === true,
    groups: new Map(pairsOf(values, 'group')),
    issuers: new Set(providers.all.map(({ issuer }) => issuer)),
    providers: new Map(pairsOf(values, 'provider').map(([name, provider]) => [name, issuerOf(provider)])),
    forms: await listForms(db),
  }
}

/** Of options that say what something is called here. */
function pairsOf(values: VerbCall['values'], option: string): readonly (readonly [string, string])[] {
  return textsOf(values, option).map((text) => {
    const at = text.lastIndexOf('=')
    if (at < 1) throw new Mistake(`--${option} is NAME=${option.toUpperCase()}.`)
    return [text.slice(0, at), text.slice(at + 1)]
  })
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
