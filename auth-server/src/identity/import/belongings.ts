// What comes along with a person whom another system tells of: further addresses, groups, linked identities, an authenticator app, answers to forms. What has to stay there is left-out.ts.
import type { RegistrationForm } from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import type { Answers } from '../../store/tables/registrations.ts'
import { MAX_ADDRESSES } from '../add-address.ts'
import { emailKey } from '../email.ts'
import { isAsked, standingAnswer } from '../registration-answers.ts'
import { countLeft, isLeftOut, type LeftOut } from './left-out.ts'

/** An account elsewhere: by the issuer, or by what the file calls the provider. */
export type SourceIdentity = Readonly<{ subject: string } & ({ issuer: string } | { provider: string })>

/** As a source tells of it; nothing is certain. */
export interface SourceBelongings {
  readonly addresses?: readonly Readonly<{ email: string; isVerified: boolean }>[]
  /** Whether people signed in there with an address that nobody had verified. */
  readonly unverifiedSignIn?: boolean
  readonly groups?: readonly string[]
  readonly identities?: readonly SourceIdentity[]
  /** Secrets of authenticator apps of the usual kind; undefined for one of another. */
  readonly totps?: readonly (Uint8Array | undefined)[]
  readonly registrations?: readonly Readonly<{ apiId: string; answers: Answers }>[]
  /** How many of each stay. */
  readonly stays?: Readonly<Partial<Record<LeftOut, number>>>
}

/** By what is told apart what may come along. */
export interface BelongingRules {
  /** Whether a group of the file puts people into the one of its name here. */
  readonly takesGroups: boolean
  /** Names in the file, and what the group is called here. */
  readonly groups: ReadonlyMap<string, string>
  /** The issuers of the providers that are configured. */
  readonly issuers: ReadonlySet<string>
  /** Names in the file, and the issuer that is meant. */
  readonly providers: ReadonlyMap<string, string>
  /** By API. */
  readonly forms: ReadonlyMap<string, RegistrationForm>
}

export const NOTHING_COMES_ALONG: BelongingRules = {
  ...{ takesGroups: false, groups: new Map(), issuers: new Set(), providers: new Map(), forms: new Map() },
}

export interface CheckedBelongings {
  readonly addresses: readonly Readonly<{ key: string; address: string; isVerified: boolean }>[]
  readonly groups: readonly string[]
  readonly identities: readonly Readonly<{ issuer: string; subject: string }>[]
  readonly totp: Uint8Array | undefined
  readonly registrations: readonly Readonly<{ apiId: string; answers: Answers }>[]
  readonly left: Readonly<Partial<Record<LeftOut, number>>>
}

const GROUP = /^[a-z][a-z0-9-]{0,62}$/
/** Of one person; a file with more of them means harm. */
const MAX_EACH = 100
/** RFC 4226 §4 asks for 16 bytes; many systems have made secrets of ten. */
const [MIN_SECRET, MAX_SECRET] = [10, 128]
const MAX_SUBJECT = 255

/** Of several that are the same the first. */
function distinct<T>(all: readonly T[], keyOf: (one: T) => string): readonly T[] {
  return [...new Map([...all].reverse().map((one) => [keyOf(one), one])).values()].reverse().slice(0, MAX_EACH)
}

/** @param primaryKey of the address by which they are known */
export function checkBelongings(given: SourceBelongings, primaryKey: string, rules: BelongingRules): CheckedBelongings {
  const left: Partial<Record<LeftOut, number>> = {}
  for (const [kind, count] of Object.entries(given.stays ?? {})) if (isLeftOut(kind)) countLeft(left, kind, count)
  const stay = (kind: LeftOut, count: number) => countLeft(left, kind, count)
  const take = <Given, Taken>(
    kind: LeftOut,
    all: readonly Given[],
    read: (one: Given) => Taken | undefined,
    keyOf: (one: Taken) => string,
    most = MAX_EACH,
  ): readonly Taken[] => {
    const taken = all.map(read).filter((one) => one !== undefined)
    const different = distinct(taken, keyOf).slice(0, most)
    stay(kind, all.length - taken.length + Math.max(0, new Set(taken.map(keyOf)).size - different.length))
    return different
  }
  const others = (given.addresses ?? []).filter(({ email }) => emailKey(email) !== primaryKey)
  const addresses = take(
    'addresses',
    others,
    ({ email, isVerified }) => {
      const key = isVerified || given.unverifiedSignIn ? emailKey(email) : undefined
      return key === undefined ? undefined : { key, address: email.trim(), isVerified }
    },
    ({ key }) => key,
    MAX_ADDRESSES - 1,
  )
  const groups = take('groups', given.groups ?? [], (name) => groupOf(name, rules), String)
  const identities = take(
    'identities',
    given.identities ?? [],
    (one) => identityOf(one, rules),
    ({ issuer, subject }) => JSON.stringify([issuer, subject]),
  )
  const totps = take('authenticators', given.totps ?? [], soundSecret, (one) => Buffer.from(one).toString('hex'), 1)
  const registrations = take(
    'registrations',
    given.registrations ?? [],
    (one) => registrationOf(one, rules),
    ({ apiId }) => apiId,
  )
  return { addresses, groups, identities, totp: totps[0], registrations, left }
}

function groupOf(name: string, { takesGroups, groups }: BelongingRules): string | undefined {
  // Keycloak writes paths.
  const here = groups.get(name) ?? (takesGroups ? name.replace(/^\//, '') : '')
  return GROUP.test(here) ? here : undefined
}

function identityOf(one: SourceIdentity, { issuers, providers }: BelongingRules) {
  const issuer = 'issuer' in one ? one.issuer : providers.get(one.provider)
  const { subject } = one
  const isSound = subject !== '' && subject.length <= MAX_SUBJECT && subject.isWellFormed() && !/\p{Cc}/u.test(subject)
  return issuer !== undefined && issuers.has(issuer) && isSound ? { issuer, subject } : undefined
}

function soundSecret(secret: Uint8Array | undefined): Uint8Array | undefined {
  return secret && secret.length >= MIN_SECRET && secret.length <= MAX_SECRET ? secret : undefined
}

function registrationOf({ apiId, answers }: Readonly<{ apiId: string; answers: Answers }>, { forms }: BelongingRules) {
  const form = forms.get(apiId)
  if (!form) return undefined
  const standing = form.fields.flatMap((field) => {
    const answer = standingAnswer(field, answers)
    return answer === undefined ? [] : [[field.name, answer] as const]
  })
  // What is not whole is asked by the form itself.
  return isAsked(form, Object.fromEntries(standing)) ? undefined : { apiId, answers: Object.fromEntries(standing) }
}
