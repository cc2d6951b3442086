// Who somebody is here that a provider has sent back: known by issuer and subject alone, or new, or to be asked whose address it is.
import type { AuditContext } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import { randomId } from '../../crypto/random.ts'
import { asOneLine } from '../../http/one-line.ts'
import type { Language } from '../../pages/language.ts'
import type { Db } from '../../store/database.ts'
import { IdentityTakenMeanwhile, isAddressTaken, signUpByIdentity } from '../../store/queries/federation.ts'
import { type DeviceOfGuest, wouldSignUp } from '../../store/queries/sign-up.ts'
import { findPersonByIdentity } from '../../store/tables/identities.ts'
import { lockInvitation } from '../../store/tables/invitations.ts'
import { acceptInvitation } from '../invitations.ts'
import { MAX_NAME_LENGTH } from '../person-name.ts'
import type { UpstreamIdentity } from './provider.ts'
import type { IdentityProvider, VouchedAddress } from './providers.ts'

/**
 * Somebody who can be signed in, known or new just now; or the address is that of an account (`address taken`); or there
 * is an account that nobody is signed in to; or none, and nobody makes one by themselves (`closed`) but who is invited; or the guest who would
 * have made it has ended meanwhile.
 */
export type Recognised =
  | Readonly<{ kind: 'person'; personId: string; authEpoch: number }>
  | Readonly<{ kind: 'address taken'; emailKey: string }>
  | Readonly<{ kind: 'suspended' | 'leaving' | 'newPassword' | 'closed' | 'guest gone' | 'not admitted' }>

export interface FederatedVisitor {
  readonly provider: IdentityProvider
  readonly identity: UpstreamIdentity
  readonly language: Language
  readonly canSignUp: boolean
  readonly applicationId: string | undefined
  /** The key of the device whose guest makes the account, if there is none. */
  readonly deviceJkt: string | undefined
  /** Asked when all else is right, before there is an account; false ends it there. */
  readonly mayJoin: ((email: VouchedAddress | undefined) => Promise<boolean>) | undefined
}

export async function recognise(db: Db, visitor: FederatedVisitor, context: AuditContext): Promise<Recognised> {
  const { provider, identity } = visitor
  const email = provider.vouchedAddress(identity)
  const standing = await findStanding(db, identity, email)
  if (standing) return standing
  const { mayJoin } = visitor
  const wouldBe = { emailKey: email?.key, guest: guestOf(visitor), needsInvitation: !visitor.canSignUp }
  // Whoever would be told that they cannot, nobody is asked about.
  const isOver = mayJoin !== undefined && !(await wouldSignUp(db, wouldBe))
  if (!isOver && mayJoin && !(await mayJoin(email))) return { kind: 'not admitted' }
  return (
    (isOver ? undefined : await signUp(db, visitor, email, context)) ??
    // Somebody was faster.
    (await findStanding(db, identity, email)) ?? {
      kind: visitor.canSignUp && visitor.deviceJkt !== undefined ? 'guest gone' : 'closed',
    }
  )
}

/** Whom the identity leads to, or that the address is taken. */
async function findStanding(
  db: Db,
  identity: UpstreamIdentity,
  email: VouchedAddress | undefined,
): Promise<Recognised | undefined> {
  const known = await findKnown(db, identity)
  if (known || !email || !(await isAddressTaken(db, email.key))) return known
  // By themselves, it may be, in another tab a moment ago: identity and address come in one statement.
  return (await findKnown(db, identity)) ?? { kind: 'address taken', emailKey: email.key }
}

async function findKnown(db: Db, identity: UpstreamIdentity): Promise<Recognised | undefined> {
  const known = await findPersonByIdentity(db, identity)
  if (!known) return undefined
  const { personId, authEpoch, status, needsNewPassword } = known
  if (status === 'active' && needsNewPassword) return { kind: 'newPassword' }
  return status === 'active' ? { kind: 'person', personId, authEpoch } : { kind: status }
}

function guestOf({ deviceJkt, applicationId }: FederatedVisitor): DeviceOfGuest | undefined {
  return deviceJkt === undefined || applicationId === undefined ? undefined : { deviceJkt, applicationId }
}

async function signUp(
  db: Db,
  visitor: FederatedVisitor,
  email: VouchedAddress | undefined,
  context: AuditContext,
): Promise<Recognised | undefined> {
  const { identity, language, canSignUp, applicationId } = visitor
  const guest = guestOf(visitor)
  const { issuer, subject } = identity
  if (!canSignUp && !email) return undefined
  const made = db.transaction().execute(async (trx): Promise<Recognised | undefined> => {
    const invitation = email && (await lockInvitation(trx, email.key))
    if (!canSignUp && !invitation) return undefined
    const person = await signUpByIdentity(trx, {
      issuer,
      subject,
      id: invitation?.id ?? randomId('usr'),
      name: asOneLine(identity.name ?? invitation?.name ?? '', MAX_NAME_LENGTH),
      language,
      email,
      guest,
    })
    if (!person) return undefined
    const whose = { personId: person.personId, ...(applicationId !== undefined && { applicationId }) }
    await record(trx, { type: 'sign-up', outcome: 'succeeded', ...whose }, context)
    if (guest)
      await record(
        trx,
        { type: 'device', outcome: 'became-account', ...whose, applicationId: guest.applicationId },
        context,
      )
    await acceptInvitation(trx, invitation, person.personId, context)
    return { kind: 'person', ...person }
  })
  return made.catch((error: unknown) => {
    if (error instanceof IdentityTakenMeanwhile) return undefined
    throw error
  })
}
