// npm run app-links: what Android and Apple know an app by, and whether phones are told so.
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { InvalidIdentity } from '../catalogue/app-identity.ts'
import { checkAppLinks, firstProblem } from '../catalogue/app-links/check.ts'
import { claimedRedirectUri } from '../catalogue/app-links.ts'
import { removeAppIdentity, setAppIdentity } from '../catalogue/set-app-identity.ts'
import { OPERATOR } from '../identity/administration/authority.ts'
import type { Db } from '../store/database.ts'
import {
  ATTESTATION_MODES,
  type AttestationMode,
  findIdentity,
  listIdentities,
  type NamedIdentity,
} from '../store/tables/app-identities.ts'
import { wordsOf } from './app-links/words.ts'
import { readIssuer, requireSettings } from './command-settings.ts'
import { withDatabase } from './database-command.ts'

const USAGE = `Usage: npm run app-links -- list
       npm run app-links -- set CLIENT_ID [--android-package NAME --android-digest SHA256…]
                                          [--apple-team ID --apple-bundle ID] [--links-only]
                                          [--attestation off|optional|required]
       npm run app-links -- check CLIENT_ID
       npm run app-links -- remove CLIENT_ID

Sets what Android and Apple know an app by, which replaces what was set before. From it follow the two files that phones
read (assetlinks.json, apple-app-site-association), the app's redirect URI ISSUER/apps/CLIENT_ID/callback, and whether the
app itself may ask for passkeys. \`check\` fetches those files as a phone would, and says what is wrong.

On Android before version 15 such an app can have every link of this server opened in it. Set this only for apps whose
makers you trust.

  --android-package  the applicationId, like com.example.shop
  --android-digest   SHA-256 of a signing certificate, in hexadecimal digits or base64; once for each certificate
  --apple-team       the team ID, like ABCDE12345
  --apple-bundle     the bundle ID, like com.example.shop
  --links-only       the app may not ask for passkeys of this server; for apps of others
  --attestation      whether the phone has to vouch for keys that devices register (POST /devices): off at first,
                     then as it was unless told
  --help             this text

Needs DATABASE_URL and ISSUER, the ones that the auth server runs with; beside a running npm start they are known.
`

const OPTIONS = {
  'android-package': { type: 'string' },
  'android-digest': { type: 'string', multiple: true },
  'apple-team': { type: 'string' },
  'apple-bundle': { type: 'string' },
  attestation: { type: 'string' },
  'links-only': { type: 'boolean', default: false },
} as const

await runCommand({ usage: USAGE, options: OPTIONS, allowPositionals: true }, async ({ values, positionals }) => {
  const [action = '', clientId, ...more] = positionals
  const given = Object.values(values).filter((value) => value !== undefined && value !== false)
  const takesClient = action === 'set' || action === 'check' || action === 'remove'
  if (more.length > 0 || takesClient !== (clientId !== undefined) || (!takesClient && action !== 'list'))
    throw new UsageError('Say list, set CLIENT_ID …, check CLIENT_ID or remove CLIENT_ID.')
  if (action !== 'set' && given.length > 0) throw new UsageError(`${action} takes no options.`)
  const setting = requireSettings('DATABASE_URL')
  const issuer = readIssuer(setting)
  return withDatabase(setting('DATABASE_URL'), async (db) => {
    if (clientId === undefined) return tell(list(await listIdentities(db)))
    if (action === 'check') return check(db, issuer, clientId)
    if (action === 'remove') return tell(await remove(db, issuer, clientId))
    const written = {
      androidPackage: values['android-package'],
      androidDigests: values['android-digest'],
      appleTeam: values['apple-team'],
      appleBundle: values['apple-bundle'],
      passkeys: !values['links-only'],
      attestation: modeOf(values.attestation),
    }
    await setAppIdentity(db, issuer, clientId, written, OPERATOR).catch(rethrow)
    return tell(whatFollows(issuer, clientId))
  })
})

function modeOf(text: string | undefined): AttestationMode | undefined {
  const mode = ATTESTATION_MODES.find((known) => known === text)
  if (text !== undefined && mode === undefined)
    throw new UsageError(`--attestation is ${ATTESTATION_MODES.join(', ')}, not ${text}.`)
  return mode
}

function rethrow(error: unknown): never {
  throw error instanceof InvalidIdentity ? new UsageError(error.message) : error
}

function tell(text: string): number {
  console.log(text)
  return 0
}

function list(identities: readonly NamedIdentity[]): string {
  if (identities.length === 0) return 'No app has a record yet.'
  return identities.map(describe).join('\n')
}

function describe({ clientId, android, apple, passkeys, attestation, isConfirmed }: NamedIdentity): string {
  const systems = [
    ...(android ? [`${android.packageName} with ${android.digests.join(' and ')}`] : []),
    ...(apple ? [`${apple.team}.${apple.bundle}`] : []),
  ]
  return `${clientId}: ${systems.join('; ')}${passkeys ? '' : '; links only'}${attestation === 'off' ? '' : `; attestation ${attestation}`}${isConfirmed ? '' : '; not confirmed'}`
}

function whatFollows(issuer: string, clientId: string): string {
  const link = issuer.startsWith('https:')
    ? `Its redirect URI is ${claimedRedirectUri(issuer, clientId)}.`
    : `It gets no redirect URI: phones open links of https alone, and ISSUER is ${issuer}.`
  return `The record of ${clientId} is set. ${link}\nSee what phones are told: npm run app-links -- check ${clientId}`
}

async function remove(db: Db, issuer: string, clientId: string): Promise<string> {
  const removed = await removeAppIdentity(db, issuer, clientId, OPERATOR)
  return removed ? `The record of ${clientId} is gone, and its redirect URI.` : `${clientId} has no record.`
}

async function check(db: Db, issuer: string, clientId: string): Promise<number> {
  const identity = await findIdentity(db, clientId)
  if (!identity) throw new Error(`${clientId} has no record. Set one with: npm run app-links -- set ${clientId} …`)
  const { android, apple } = identity
  const checked = await checkAppLinks(db, issuer, { ...identity, clientId })
  for (const { what, sentences } of wordsOf(checked, { issuer, clientId, packageName: android?.packageName }))
    console.log(sentences.length === 0 ? `${what}: as it should be` : [`${what}:`, ...sentences].join('\n  '))
  if (android?.digests.length === 1)
    console.log(
      'One certificate is on record. If Google Play signs the app, it has to be the one under "App signing key" in the Play Console, not your upload key.',
    )
  if (apple)
    console.log(
      `Phones of Apple ask Apple's copy: https://app-site-association.cdn-apple.com/a/v1/${new URL(issuer).hostname}. It can be a day old.`,
    )
  return firstProblem(checked) === undefined ? 0 : 1
}
