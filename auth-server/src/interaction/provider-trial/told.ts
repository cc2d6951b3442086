// What a provider told in a trial, and what a sign-in would have made of it: looked up, and nothing changed.
import type { Deps } from '../../deps.ts'
import { toldGroups } from '../../identity/federation/group-mapping.ts'
import type { UpstreamIdentity } from '../../identity/federation/provider.ts'
import type { IdentityProvider, VouchedAddress } from '../../identity/federation/providers.ts'
import { isAddressTaken } from '../../store/queries/federation.ts'
import { findMissingGroups } from '../../store/tables/groups.ts'
import { findPersonByIdentity } from '../../store/tables/identities.ts'
import { fitTold } from '../provider/told-claims.ts'
import type { AddressUse, ShownValue, ToldResult, WhoseIdentity } from './result.ts'

const MAX_CLAIMS = 100
const MAX_VALUE = 1000
const MAX_NAME = 200

export async function toldResult(
  { db, config }: Pick<Deps, 'db' | 'config'>,
  provider: IdentityProvider,
  identity: UpstreamIdentity,
): Promise<ToldResult> {
  const vouched = provider.vouchedAddress(identity)
  const { claims, leftOut } = fitTold(provider, identity)
  const groups = toldGroups(provider.groups, identity)
  const missingGroups = await findMissingGroups(db, groups)
  const told = Object.entries(identity.claims).filter(([, value]) => value !== undefined)
  const domain = vouched?.key.slice(vouched.key.lastIndexOf('@') + 1)
  return {
    kind: 'told',
    issuer: shown('', identity.issuer).value,
    subject: shown('', identity.subject).value,
    address: addressUse(identity, vouched),
    email: identity.email === undefined ? null : shown('', identity.email).value,
    claims: told.slice(0, MAX_CLAIMS).map(([name, value]) => shown(name, value)),
    moreClaims: Math.max(0, told.length - MAX_CLAIMS),
    mapped: Object.entries(claims.access_token ?? {}).map(([name, value]) => shown(name, value)),
    leftOut,
    groups: groups.filter((group) => !missingGroups.includes(group)),
    missingGroups,
    whose: await whoseIs(db, identity, vouched, config.signUp === 'open'),
    routedBy: domain !== undefined && provider.emailDomains.includes(domain) ? domain : null,
  }
}

function addressUse({ email, emailVerified }: UpstreamIdentity, vouched: VouchedAddress | undefined): AddressUse {
  if (vouched) return 'believed'
  if (email === undefined || email === '') return 'none'
  return emailVerified ? 'no authority' : 'unverified'
}

async function whoseIs(
  db: Deps['db'],
  identity: UpstreamIdentity,
  vouched: VouchedAddress | undefined,
  canSignUp: boolean,
): Promise<WhoseIdentity> {
  const known = await findPersonByIdentity(db, identity)
  if (known) return known.status === 'active' && !known.needsNewPassword ? 'known' : 'kept out'
  if (vouched && (await isAddressTaken(db, vouched.key))) return 'address taken'
  return canSignUp ? 'new' : 'closed'
}

/** As text; what would turn the page around, or cannot be stored, is one sign. */
function shown(name: string, value: unknown): ShownValue {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  const visible = (part: string) =>
    part.toWellFormed().replace(/[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu, '\u{FFFD}')
  return {
    name: visible(name.slice(0, MAX_NAME)),
    value: visible(text.slice(0, MAX_VALUE)),
    ...(text.length > MAX_VALUE && { length: text.length }),
  }
}
