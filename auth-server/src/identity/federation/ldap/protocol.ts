// One sign-in at a directory: connect safely, find exactly one entry, and bind as it; everything within a few seconds.
import type { Client, Entry } from 'ldapts'
import { randomSecret } from '../../../crypto/random.ts'
import { typedAnswer, typedHere } from '../ask-here.ts'
import { type UpstreamIdentity, type UpstreamProtocol, type UpstreamTools, WrongCredentials } from '../provider.ts'
import { spelledOnce } from '../spelled-once.ts'
import { escapeDnValue, onlyValueOf, toldOf, valuesOf } from './names.ts'

/** For all of a sign-in: connecting, searching, binding. */
const TIMEOUT_MILLIS = 5000
/** More groups than this nobody reads. */
const MAX_GROUPS = 1000
/** What its values are, no text says. */
const BINARY = ['objectGUID', 'objectSid']

export interface LdapSettings {
  readonly issuer: string
  readonly url: string
  readonly startsTls: boolean
  /** Certificates by which the directory's is believed, instead of the public ones. */
  readonly authorities?: readonly string[]
  readonly serverName: string
  readonly baseDn: string
  readonly account?: Readonly<{ dn: string; password: string }>
  /** With `{name}` in it, where there is no account. */
  readonly template: string | undefined
  readonly loginAttributes: readonly string[]
  readonly objectClass: string
  readonly subject: string
  readonly email: string
  readonly emailsVerified: boolean
  readonly name: string
  readonly groups: string | undefined
  readonly groupBaseDn: string | undefined
  readonly groupMember: string
  /** What else is read of an entry. */
  readonly others: readonly string[]
}

/** Loaded by those alone who have such a provider, when it is first needed. */
function library() {
  return import('ldapts')
}

export function openLdap(
  settings: LdapSettings,
  { reach, ownOrigin }: Pick<UpstreamTools, 'reach'> & Readonly<{ ownOrigin: string }>,
): UpstreamProtocol {
  const { account } = settings
  return {
    ...typedHere(settings.issuer, ownOrigin),
    askedAt: settings.url,
    async prepare() {
      await reach(() => connected(settings, (client) => bindAsService(client, account)))
    },
    async finish({ parameters, admit = async () => {} }) {
      const typed = { ...typedAnswer(parameters), admit }
      return reach(() => connected(settings, (client) => signIn(settings, client, typed)))
    },
  }
}

/** @throws {Error} also when it takes too long; the connection is cut in any case. */
async function connected<T>(settings: LdapSettings, work: (client: Client) => Promise<T>): Promise<T> {
  const { Client } = await library()
  const tls = {
    ...(settings.authorities && { ca: [...settings.authorities] }),
    // Of an address the certificate has to name the address.
    ...(/[a-z]/i.test(settings.serverName) &&
      !settings.serverName.includes(':') && { servername: settings.serverName }),
    minVersion: 'TLSv1.2',
  } as const
  const client = new Client({
    url: settings.url,
    timeout: TIMEOUT_MILLIS,
    connectTimeout: TIMEOUT_MILLIS,
    strictDN: false,
    ...(settings.url.startsWith('ldaps:') && { tlsOptions: tls }),
  })
  const ended = Promise.withResolvers<never>()
  const timer = setTimeout(() => ended.reject(new Error('the directory took too long')), TIMEOUT_MILLIS)
  try {
    const working = (async () => {
      if (settings.startsTls) await client.startTLS(tls)
      return work(client)
    })()
    return await Promise.race([working, ended.promise])
  } catch (error) {
    throw await inWords(error)
  } finally {
    clearTimeout(timer)
    // Nobody waits for a directory that has stopped.
    void client.unbind().catch(() => {})
  }
}

/** Its number. What it says beside that may name somebody: as with other providers' answers, that is for a trial alone. */
async function inWords(error: unknown): Promise<unknown> {
  const { ResultCodeError } = await library()
  if (!(error instanceof ResultCodeError)) return error
  const what = error.constructor.name.replace(/Error$/, '').replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
  const cause = { body: { error_description: error.message } }
  return new Error(`the directory answered ${error.code} (${what})`, { cause })
}

async function signIn(
  settings: LdapSettings,
  client: Client,
  { name, password, admit }: Readonly<{ name: string; password: string; admit: (who: string) => Promise<void> }>,
): Promise<UpstreamIdentity> {
  const { account, template, baseDn } = settings
  await bindAsService(client, account)
  const templated = template?.replace('{name}', () => escapeDnValue(name))
  const found = templated === undefined ? await findEntry(settings, client, name) : undefined
  // By template the name is all there is to know. An entry has one name however it was found; what leads to none counts, too.
  if (templated === undefined) await admit(found ? found.dn.toLowerCase() : `no entry: ${spelledOnce(name)}`)
  // Whoever is not there takes as long as who is: some entry that there is none of.
  const dn = templated ?? found?.dn ?? `cn=${randomSecret(8)},${baseDn}`
  await bindAs(client, dn, password)
  const entry = templated === undefined ? found : await readEntry(settings, client, templated)
  if (!entry) throw new WrongCredentials()
  const groups = await groupsOf(settings, client, entry)
  return identityOf(settings, entry, groups)
}

/** A refusal is told of the account, not of whoever is signing in. */
async function bindAsService(client: Client, account: LdapSettings['account']): Promise<void> {
  if (!account) return
  const { InvalidCredentialsError } = await library()
  await client.bind(account.dn, account.password).catch((error: unknown) => {
    throw error instanceof InvalidCredentialsError ? new Error('the directory refuses the service account') : error
  })
}

/** @throws {WrongCredentials} when the directory says so, and nothing else counts as that. */
async function bindAs(client: Client, dn: string, password: string): Promise<void> {
  const { InvalidCredentialsError, InappropriateAuthError } = await library()
  try {
    await client.bind(dn, password)
  } catch (error) {
    // RFC 4511 §A.2: wrong, or an entry without a password.
    if (error instanceof InvalidCredentialsError || error instanceof InappropriateAuthError)
      throw new WrongCredentials()
    throw error
  }
}

async function findEntry(settings: LdapSettings, client: Client, name: string): Promise<Entry | undefined> {
  const { AndFilter, EqualityFilter, OrFilter, SizeLimitExceededError } = await library()
  const filter = new AndFilter({
    filters: [
      new EqualityFilter({ attribute: 'objectClass', value: settings.objectClass }),
      // As objects, so that nothing of what was typed is read as a filter.
      new OrFilter({
        filters: settings.loginAttributes.map((attribute) => new EqualityFilter({ attribute, value: name })),
      }),
    ],
  })
  const { searchEntries } = await client
    .search(settings.baseDn, { scope: 'sub', filter, sizeLimit: 2, ...readingOf(settings) })
    .catch((error: unknown) => {
      // More than two.
      if (error instanceof SizeLimitExceededError) return { searchEntries: [] }
      throw error
    })
  const [entry, ...others] = searchEntries
  // Of two nobody can say who it is.
  return others.length === 0 ? entry : undefined
}

async function readEntry(settings: LdapSettings, client: Client, dn: string): Promise<Entry | undefined> {
  const { searchEntries } = await client.search(dn, { scope: 'base', sizeLimit: 1, ...readingOf(settings) })
  return searchEntries[0]
}

/** Referrals are told by the directory and followed by nobody. */
function readingOf({ subject, email, name, groups, others }: LdapSettings) {
  const attributes = [subject, email, name, ...(groups === undefined ? [] : [groups]), ...others]
  const timeLimit = Math.ceil(TIMEOUT_MILLIS / 1000)
  return { attributes, explicitBufferAttributes: BINARY, derefAliases: 'never', timeLimit } as const
}

/** By their distinguished names, which tell groups of one name apart. */
async function groupsOf(settings: LdapSettings, client: Client, entry: Entry): Promise<readonly string[]> {
  if (settings.groups !== undefined) return valuesOf(entry, settings.groups).slice(0, MAX_GROUPS)
  if (settings.groupBaseDn === undefined) return []
  const { EqualityFilter } = await library()
  // Not everybody may look for groups.
  await bindAsService(client, settings.account)
  const filter = new EqualityFilter({ attribute: settings.groupMember, value: entry.dn })
  const { searchEntries } = await client.search(settings.groupBaseDn, {
    filter,
    attributes: ['1.1'],
    sizeLimit: MAX_GROUPS,
  })
  return searchEntries.map(({ dn }) => dn)
}

function identityOf(settings: LdapSettings, entry: Entry, groups: readonly string[]): UpstreamIdentity {
  const subject = onlyValueOf(entry, settings.subject)
  if (subject === undefined) throw new Error(`the entry has no ${settings.subject}, or several`)
  const email = onlyValueOf(entry, settings.email)
  const [name] = valuesOf(entry, settings.name)
  return {
    issuer: settings.issuer,
    subject,
    ...(email !== undefined && { email }),
    emailVerified: settings.emailsVerified,
    ...(name !== undefined && { name }),
    claims: {
      ...toldOf(entry, settings.others),
      ...{ [settings.subject]: subject, [settings.email]: email, [settings.name]: name, groups },
    },
  }
}
