// What may stand in the catalogue file: a table for each kind of object, from which it is read and the reference is made.
import {
  anything,
  entriesOf,
  fieldsOf,
  line,
  lineOrNothing,
  listOf,
  type NodeReader,
  needed,
  noteAt,
  oneOfWords,
  optionally,
  wholeNumber,
  yesOrNo,
} from '../../config/yaml-fields.ts'
import type { Place } from '../../config/yaml-tree.ts'
import { readHookEntries } from '../../delivery/hooks/configure.ts'
import { readAddress, readDomain } from '../../delivery/mail/mailbox.ts'
import { OFFERS } from '../../store/tables/apis.ts'
import { ATTESTATION_MODES } from '../../store/tables/app-identities.ts'
import { registration } from './registration-fields.ts'
import { signUp } from './sign-up.ts'

const words = listOf(line, '[orders:read, orders:write]')

/** An e-mail address, and the form by which it is found. */
export interface FileAddress {
  readonly at: Place
  readonly address: string
  readonly emailKey: string
}

const address: NodeReader<FileAddress> = (node, path, problems) => {
  const written = line(node, path, problems)
  if (written === undefined) return undefined
  const read = readAddress(written)
  if (!read) return noteAt(node, `${path}: ${written} is no e-mail address`, problems)
  return { at: { line: node.line, column: node.column }, address: written.trim(), emailKey: read.key }
}
const addresses = listOf(address, '[ada@example.com]')

/** The domain of addresses, as an address that every one of them is found by. */
const domain: NodeReader<FileAddress> = (node, path, problems) => {
  const written = line(node, path, problems)
  if (written === undefined) return undefined
  const read = readDomain(written)
  if (read === undefined)
    return noteAt(node, `${path}: ${written} is no domain of e-mail addresses, like example.com`, problems)
  return { at: { line: node.line, column: node.column }, address: written.trim(), emailKey: `@${read}` }
}

const DEVELOPERS = {
  addresses: optionally('by addresses; from when the address is proven', addresses),
  domains: optionally(
    'by the domains of their addresses; from when such an address is proven',
    listOf(domain, '[example.com]'),
  ),
  open: optionally('everybody with an account who asks for it at the portal; no unless told', yesOrNo),
}

/** The name of an environment variable. */
const variable: NodeReader<string> = (node, path, problems) =>
  node.kind === 'value' && typeof node.value === 'string' && /^[A-Z][A-Z0-9_]*$/.test(node.value)
    ? node.value
    : noteAt(
        node,
        `${path} has to be the name of an environment variable, like SHOP_CLIENT_SECRET, never the secret`,
        problems,
      )

const SCOPE = {
  description: needed('what it allows, in words for the person who is asked', lineOrNothing),
  group: optionally('the group whose people alone can allow it; one of `groups`', line),
}
const longScope = fieldsOf(SCOPE)
const scope: NodeReader<Readonly<{ description: string; group?: string | undefined }>> = (node, path, problems) => {
  if (node.kind === 'map') return longScope(node, path, problems)
  const description = lineOrNothing(node, path, problems)
  return description === undefined ? undefined : { description }
}

const GUESTS = {
  plan: needed('their plan', line),
  scopes: needed('the scopes that they can have', words),
}

const SIGN_IN = {
  providers: needed(
    'the ways that are offered, in this order: providers by their names, and own for the accounts of this server',
    listOf(line, '[corp, own]'),
  ),
  default: optionally('the one of them that people are led to at once', line),
}

export const API_FIELDS = {
  name: needed('as people read it', line),
  description: optionally('for developers: what it is for', lineOrNothing),
  resource: needed('the `aud` of its tokens: an absolute URI, the same as in kong.yml', line),
  scopes: needed(
    'its scopes, each with what it allows in words; or with `description` and the `group` that it is for',
    entriesOf(scope, 'orders:read: See your orders'),
  ),
  plans: needed('the names of its plans; their limits stand in kong.yml', listOf(line, '[basic]')),
  plan_descriptions: optionally(
    'what its plans are for, by their names: developers read it where they choose one',
    entriesOf(line, 'basic: For trying it out'),
  ),
  token_groups: optionally('the groups that its tokens name where a person is in them', listOf(line, '[staff]')),
  guests: optionally(
    'people without an account are admitted, on this `plan` and with these `scopes`',
    fieldsOf(GUESTS),
  ),
  events_uri: optionally('where its backend hears that a `sub` has ended, or is part of an account', line),
  offer: optionally(
    'open unless told; deprecated: it takes no new subscriptions; hidden: only those see it whose applications have one',
    oneOfWords(OFFERS),
  ),
  sign_in: optionally(
    'how its people sign in, `providers` and `default`; in every way there is unless told',
    fieldsOf(SIGN_IN),
  ),
  sign_up: optionally(
    'who may come: `open` unless told, `invitation`, `approval`, or `{ domains: [example.com] }`; those who are invited, always',
    signUp,
  ),
  registration: optionally('what people are asked before an app gets its tokens (docs/registration.md)', registration),
  openapi: optionally('the file of its OpenAPI document, in the folder of this one or below', line),
  approvers: optionally('who approves subscriptions to it, by addresses; from when the address is proven', addresses),
}

const GRANT_TYPES = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
] as const

const SUBSCRIPTION = {
  plan: needed('one of the plans of the API', line),
  scopes: needed('the most that it can get, of the scopes of the API', words),
  trusted: optionally('whether the page that lists the scopes is left out', yesOrNo),
}

const ANDROID = {
  package: needed('the applicationId', line),
  digests: needed('SHA-256 of each certificate that it is signed with', listOf(line, '["AB:CD:…"]')),
}
const APPLE = {
  team: needed('the team ID', line),
  bundle: needed('the bundle ID', line),
}
const IDENTITY = {
  android: optionally('its `package` and the `digests` of its certificates', fieldsOf(ANDROID)),
  apple: optionally('its `team` and `bundle`', fieldsOf(APPLE)),
  passkeys: optionally('whether the app itself may ask for passkeys; true unless told', yesOrNo),
  attestation: optionally(
    `whether the phone vouches for keys of devices: ${ATTESTATION_MODES.join(', ')}`,
    oneOfWords(ATTESTATION_MODES),
  ),
}

export const APPLICATION_FIELDS = {
  name: needed('as people read it where they decide', line),
  kind: needed(
    'native (on a device), web (on a server) or browser (in a page)',
    oneOfWords(['native', 'web', 'browser']),
  ),
  redirect_uris: optionally('where answers go, each in full', listOf(line, '[com.example.shop:/callback]')),
  auth_method: optionally(
    'how it proves itself; none unless told',
    oneOfWords(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']),
  ),
  client_secret_variable: optionally(
    'the environment variable that holds its secret when the file is imported',
    variable,
  ),
  client_secret_sha256: optionally('instead: the SHA-256 of its secret in base64url, as an export has it', line),
  jwks: optionally('its public keys, a JWK set', anything),
  auth_signing_alg: optionally('the one algorithm of its assertions', line),
  grant_types: optionally(
    'authorization_code and refresh_token unless told; client_credentials; urn:ietf:params:oauth:grant-type:jwt-bearer for guests',
    listOf(oneOfWords(GRANT_TYPES), '[client_credentials]'),
  ),
  pkce_required: optionally('true unless told', yesOrNo),
  refresh_idle_seconds: optionally('a login ends this long after its last refresh; 30 days unless told', wholeNumber),
  refresh_absolute_seconds: optionally('… and this long after it began; 365 days unless told', wholeNumber),
  require_pushed_requests: optionally('whether requests have to be pushed (RFC 9126)', yesOrNo),
  dpop_bound: optionally('whether its tokens are bound to a key (RFC 9449)', yesOrNo),
  id_token_alg: optionally('ES256 unless told', line),
  claims_in_id_token: optionally('whether ID tokens carry the claims of profile and email', yesOrNo),
  access_token_alg: optionally('ES256 unless told', line),
  post_logout_redirect_uris: optionally('where people go after they sign out', listOf(line, '[https://example.com/]')),
  backchannel_logout_uri: optionally('where it is told that somebody signed out', line),
  default_acr_values: optionally('classes of sign-in that it asks for, the best first', words),
  sign_in: optionally('what it leaves of the ways to sign in that its APIs offer; never more', fieldsOf(SIGN_IN)),
  brand_color: optionally('its colour on the pages where people decide', line),
  policy_uri: optionally('its privacy policy, an https address', line),
  tos_uri: optionally('its terms, an https address', line),
  support_contact: optionally('where people get help with it: an e-mail address or an https address', line),
  identity: optionally('what Android and Apple know it by (app-links.md)', fieldsOf(IDENTITY)),
  subscriptions: optionally(
    'the APIs that it may use, each with `plan`, `scopes` and `trusted`',
    entriesOf(fieldsOf(SUBSCRIPTION), 'orders: { plan: basic, scopes: [orders:read] }'),
  ),
}

const PERSON = { name: optionally('their name', line) }
const DEVELOPMENT = {
  people: needed(
    'accounts that npm start makes, by addresses; never an import',
    entriesOf(fieldsOf(PERSON), 'demo@example.com: { name: Demo }'),
  ),
}

export const SECTION_FIELDS = {
  apis: optionally('APIs by their ids', entriesOf(fieldsOf(API_FIELDS), 'orders: …')),
  applications: optionally('applications by their client IDs', entriesOf(fieldsOf(APPLICATION_FIELDS), 'shop-app: …')),
  groups: optionally(
    'groups of people by name, each with what it is',
    entriesOf(lineOrNothing, 'staff: People of ours'),
  ),
  administrators: optionally('who is an administrator, by addresses; from when the address is proven', addresses),
  developers: optionally('who may make apps at the portal, beside those who are invited', fieldsOf(DEVELOPERS)),
  development: optionally('what npm start alone makes: `people`', fieldsOf(DEVELOPMENT)),
  hooks: optionally(
    'who is asked before something happens, and told afterwards (hooks.md); read when the server starts',
    readHookEntries,
  ),
  providers: optionally('identity providers (providers.md); read when the server starts', anything),
}

/** The whole file. */
export const readSections = fieldsOf(SECTION_FIELDS)

/** The nested tables, for the reference. */
export const NESTED_FIELDS = {
  scopes: SCOPE,
  guests: GUESTS,
  sign_in: SIGN_IN,
  developers: DEVELOPERS,
  subscriptions: SUBSCRIPTION,
  identity: IDENTITY,
  android: ANDROID,
  apple: APPLE,
}
