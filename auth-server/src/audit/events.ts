// Every event of the audit log. A new one is a row here; the compiler then knows what has to be said with it.
import type { AuditedChange } from '../store/tables/audit-events.ts'

interface Person {
  readonly personId: string
}
interface Application {
  readonly applicationId: string
}
interface Api {
  readonly apiId: string
}
interface Change {
  readonly change: AuditedChange
}
interface Event<Type extends string, Outcome extends string> {
  readonly type: Type
  readonly outcome: Outcome
}

/** Who signs in is known by then; of a wrong address nobody is, of a wrong password whose it is not. Without an app, to the account. */
type SignIn =
  | (Event<'sign-in', 'succeeded'> & Person & Partial<Application>)
  // What was shown was right, and yet: the account is being deleted, or a new password is due.
  | (Event<'sign-in', 'refused'> & Person & Partial<Application>)
  | (Event<'sign-in', 'wrong-credentials'> & Partial<Person & Application>)

/**
 * What is told, and of whom. No tokens, no secrets, no e-mail addresses: ids alone, and the person's becomes a pseudonym.
 * A refresh is none of these, unless something is odd about it.
 */
export type AuditEvent =
  | SignIn
  // Beside the password: shown, or not; set up and taken away.
  | (Event<'second-factor', 'succeeded' | 'recovery-code-used' | 'wrong-code'> & Person & Partial<Application>)
  | (Event<'second-factor', 'app-added' | 'app-removed' | 'recovery-codes-renewed' | 'removed-by-administrator'> &
      Person)
  | (Event<'consent', 'given'> & Person & Application)
  | (Event<'consent', 'withdrawn'> & Person & Application)
  // "Cancel" on any page of a visit.
  | (Event<'consent', 'denied'> & Partial<Person> & Application)
  | (Event<'sign-out', 'succeeded' | 'everywhere-else' | 'by-provider'> & Person)
  | (Event<'profile', 'changed'> & Person)
  // The form of an API; no answer is told.
  | (Event<'registration', 'answered' | 'withdrawn' | 'read'> & Person & Api)
  | Event<'registration', 'searched-for'>
  // Who may come to an API: a person, who may have asked, or whoever proves an address.
  | (Event<'membership', 'asked-for' | 'declined' | 'begun' | 'ended'> & Person & Api)
  | (Event<'membership', 'promised' | 'promise-withdrawn'> & Api)
  | (Event<'address', 'added' | 'confirmed' | 'made-primary' | 'removed'> & Person)
  | (Event<'client-registration', 'succeeded' | 'created' | 'changed'> & Application & Partial<Change>)
  // A counter that goes back: there may be a copy of the passkey, or its maker counts carelessly.
  | (Event<'passkey', 'added' | 'renamed' | 'removed' | 'counter-went-back'> & Person)
  // An account of another provider, by which the person signs in.
  | (Event<'identity', 'linked' | 'unlinked'> & Person)
  | Event<'key-rotation', 'scheduled' | 'asked-for' | 'leaked'>
  | (Event<'revocation', 'by-app'> & Person & Application)
  | (Event<'revocation', 'by-person' | 'by-administrator'> & Person & Application)
  // Every login in it, of all people.
  | (Event<'revocation', 'of-application'> & Application)
  // A lost answer was replaced once, a spent token came again and ended its family; so did a code.
  | (Event<'refresh', 'recovered' | 'reused'> & Person & Application)
  | (Event<'code', 'reused'> & Person & Application)
  // An app made a guest of a device's key; a phone vouches for the key, which it did not before; the guest made an account.
  | (Event<'device', 'registered' | 'attested' | 'became-account'> & Person & Application)
  // A guest became part of the person's account: whose pseudonym it was, and is now.
  | (Event<'person', 'merged'> & Person & Application & Change)
  // By mail, to an account that there is not; then there is.
  | (Event<'invitation', 'made' | 'withdrawn'> & Partial<Change>)
  | (Event<'invitation', 'accepted'> & Person)
  | (Event<'sign-up', 'succeeded'> & Person & Partial<Application>)
  // By its person, who knew the one before; by mail, because it was forgotten.
  | (Event<'password', 'replaced' | 'reset'> & Person)
  | (Event<'export', 'by-person'> & Person)
  // "That wasn't me", by the link in a mail.
  | (Event<'account-change', 'taken-back' | 'brought-back' | 'set-aside-removed'> & Person)
  // By one source: in which groups it had them, and has them now.
  | (Event<'group', 'added' | 'removed' | 'set'> & Person & Change)
  // Groups of the catalogue themselves.
  | (Event<'group', 'created' | 'described' | 'removed-from-catalogue'> & Change)
  // Of the whole account: the person asked for it, took it back by the link in a mail, the time was over; or an administrator began or did it.
  | (Event<'deletion', 'asked-for' | 'begun-by-administrator' | 'taken-back' | 'done' | 'by-administrator'> & Person)
  // What administrators do, or the operator by a command; who it was is part of the context.
  | (Event<'account', 'imported' | 'suspended' | 'restored' | 'reset-forced' | 'logins-ended' | 'read'> & Person)
  | Event<'account', 'searched-for'>
  // By a command: how many people came from another system; how many went into a file, with their hashes for which key.
  | (Event<'people', 'imported' | 'exported' | 'hashes-export-begun' | 'hashes-exported'> & Change)
  | Event<'audit', 'searched' | 'exported'>
  // The oldest part of it, by its age: where the chain began, and begins now.
  | (Event<'audit', 'ended'> & Change)
  // Of calls of hooks, or of a hook itself: its name, and that of the event.
  | (Event<'hook', 'tested' | 'forgotten' | 'sent-again' | 'dropped'> & Change)
  // An administrator tried a sign-in at an identity provider, which signed nobody in; `after` has its name.
  | (Event<'provider', 'tried'> & Change)
  // From a backup; what was under way has ended.
  | Event<'database', 'restored'>
  // A link by which somebody can become the first administrator.
  | Event<'setup', 'link-made'>
  | (Event<'role', 'developer-given' | 'developer-taken' | 'administrator-given' | 'administrator-taken'> & Person)
  | (Event<'role', 'approver-given' | 'approver-taken'> & Person & Api)
  | (Event<
      'application',
      | 'suspended'
      | 'restored'
      | 'identity-set'
      | 'identity-removed'
      | 'removed'
      | 'secret-rotated'
      | 'secret-added'
      | 'secret-ended'
      | 'logo-set'
      | 'logo-removed'
      | 'name-verified'
      | 'name-unverified'
      | 'identity-confirmed'
    > &
      Application &
      Partial<Change>)
  // The people of an application: invited by mail, then in it or an owner of it; or not any more.
  | (Event<'team', 'invited' | 'invitation-withdrawn'> & Application)
  | (Event<'team', 'owner-joined' | 'collaborator-joined' | 'handed-over' | 'left'> & Person & Application)
  | (Event<'api', 'suspended' | 'restored' | 'created' | 'changed' | 'removed'> & Api & Partial<Change>)
  | (Event<
      'subscription',
      'created' | 'changed' | 'removed' | 'requested' | 'approved' | 'declined' | 'suspended' | 'restored'
    > &
      Application &
      Api &
      Partial<Change>)

type NameOf<E> =
  E extends Event<infer Type, infer Outcome>
    ? E extends Partial<Person>
      ? 'personId' extends keyof E
        ? `${Type} ${Outcome}`
        : never
      : never
    : never

type NameOfAny<E> = E extends Event<infer Type, infer Outcome> ? `${Type} ${Outcome}` : never

/** Every event, as `<type> <outcome>`. */
export type AuditEventName = NameOfAny<AuditEvent>

/** The events that a person can have in their own log, as `<type> <outcome>`. */
export type PersonEventName = NameOf<AuditEvent>
