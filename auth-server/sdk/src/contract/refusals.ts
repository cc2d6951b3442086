// Why the management API refuses something: a reason that stays as it is, for programs; and a sentence for people, made of its facts.
import { type Fact, OF_APPLICATIONS } from './refusals-of-applications.ts'

/** The sentences; a new refusal is a row here, and its words for pages in each other language, without which it does not compile. */
const REFUSALS = {
  ...OF_APPLICATIONS,
  resource_taken: 'Another API has this resource: each has one of its own.',
  plan_in_use: (api: Fact, plan: Fact, clients: Fact) =>
    `${api} cannot lose the plan ${plan}: ${clients} would have none.`,
  api_in_use: (api: Fact, clients: Fact) =>
    `The API ${api} is still used by ${clients}: remove their subscriptions first.`,
  group_in_use: (group: Fact, users: Fact) => `The group ${group} is still named by ${users}.`,
  scope_twice: 'each scope has a name of its own',
  guest_plan: 'scopes for guests need guest_plan',
  api_id_taken: 'there is an API of this id',
  app_links_changed: 'what phones know the application by was changed while it was checked: check it again',
  last_owner: 'nobody would own this application: invite another owner first, who accepts',
  no_mail: 'this server sends no mail, and people are invited by mail: set MAIL_URL',
  hand_over_to_owner: 'hand_over goes with the role owner',
  email: 'email is no address that a mail can be sent to',
  password_hash: (why: Fact) => `password_hash ${why}`,
  imported_person: (why: Fact) => `this person ${why}`,
  public_stays_public: 'what people have installed of a public application can prove nothing: register another one',
  reason_line: 'reason is one line of plain text',
  not_approved_yet: 'this subscription waits for a decision: approve it first',
  decided_already: 'this subscription does not wait for a decision any more',
  cursor: 'cursor is the next of the page before, as it is',
  no_second_factor: 'this person has no second factor',
  too_many_applications: (most: Fact) =>
    `you own ${most} applications, as many as one developer may: remove one, or ask an administrator`,
  group_taken: 'there is a group of this name',
  no_group: (groups: Fact) => `there is no group ${groups}`,
  approver_api: 'api_id goes with the role approver, and with no other',
  guest_role: 'A guest, who cannot sign in, has no role.',
  hook_elsewhere: 'the instance that answers does not have this hook in its catalogue file, with its secret',
  hook_in_file: 'this hook is in the catalogue file of the server: take it out of there first',
  hook_call_alive: 'this call is not dead: it is tried again anyway',
  idempotency_key: 'Idempotency-Key has 1 to 255 visible ASCII characters',
  passkeys_by_administrator:
    'an administrator lets an app ask for passkeys of this server: set passkeys to false, or ask one',
  attestation_by_administrator: (before: Fact) =>
    `an administrator alone lowers attestation from ${before}: leave it, or ask one`,
  name_by_administrator: 'an administrator vouches for the name of an application, not its developer',
  own_name: 'no application vouches for its own name',
  name_in_file: 'this name stands in the catalogue file, which vouches for it: change it there',
  name_changed: 'the application has another name by now: read it again',
  name_not_verified: 'nobody vouches for the name of this application',
  no_logo: 'this application has no logo',
  person_or_email: 'name person_id or email, and one of them alone',
  guest_member: 'A guest, who has no account, is no member of an API.',
  member_already: 'they are a member of this API already',
  moment: (name: Fact) => `${name} is no moment that a calendar has`,
  built_in_api: (api: Fact) =>
    `${api} is an API of the server itself: the operator does that, by a command beside the server`,
  built_in_client:
    'this application is a client of the server itself: the operator does that, by a command beside the server',
  own_request: 'nobody approves what they or their team asked for: somebody else decides',
  suspension_by_administrator: 'an administrator puts applications out of use, and back',
  subscription_suspended: 'this subscription is suspended, and stays until an administrator restores or removes it',
  application_suspended: 'this application is suspended, and stays until an administrator restores or removes it',
  its_subscription_suspended: (api: Fact) =>
    `its subscription to ${api} is suspended: an administrator has to restore it first`,
  by_owner: 'an owner of this application does that',
  trust_by_administrator: 'an administrator alone makes an application trusted: approve it without, or ask one',
  identity_by_administrator: 'an administrator confirms what phones know an application by, not its developer',
  own_identity: 'no application confirms what it says of itself',
  secret_for_public: 'what ships inside an app or a page is no secret: this application goes on with its keys',
  no_keys: 'this application does not prove itself by keys',
  two_secrets: 'this application has two secrets: end the one that is not needed any more',
  other_secret_ends: 'the other secret has an end, which it keeps: end that one first, or rotate the secret',
  only_secret: 'this is the only secret of the application: give it a second one before this one ends',
  no_secret: 'this application proves itself by no secret',
  no_provider: (provider: Fact) => `sign_in names ${provider}, and no provider of this server has that name`,
  domains: 'sign_up.domains has domains of e-mail addresses, like example.com',
  subscribed_already: 'this application has a subscription to this API, or asked for one',
  not_decided_yet: 'this subscription waits for a decision: decline it',
  gateways_need_it: 'without it no gateway would let anybody pass',
  days_reversed: 'since is after until',
  days_apart: (most: Fact) => `since and until are too far apart: ${most} at most`,
  if_match: 'If-Match is an ETag of this API in quotation marks, or *',
  person_unchanged: 'this person is in no state that it could follow: read it again',
  last_administrator: 'nobody would be left to administer: make somebody else an administrator first',
  role_in_file: 'this person has the role by catalogue.yml: take it away there, or suspend the person',
  no_address: 'this person has no proven address, and could choose no new password: suspend them, or end their logins',
  address_taken: 'an account has this address',
  invited_already: 'this address has an invitation: withdraw it to send another',
  too_many_mails: 'this address has had three invitations within a day: invite it tomorrow',
  too_many_invitations: 'there were too many invitations within a day, for this address or altogether: invite tomorrow',
  pkce_by_administrator: 'an administrator alone lets an application do without PKCE',
  devices_by_administrator: (grant: Fact) =>
    `an administrator alone lets an application have devices and guests (${grant})`,
  refresh_by_administrator: (member: Fact, most: Fact) =>
    `${member} is ${most} at most, unless an administrator sets it`,
  misfit: (part: Fact, misfit: Fact) => `${part}${misfit}`,
  invalid_api: (problem: Fact) => `${problem}`,
  openapi_document: (problem: Fact) => `The OpenAPI document ${problem}.`,
  api_reserved: (api: Fact, why: Fact) => `The API ${api} is the server's own, but ${why}: give that another one.`,
  built_in_stays: (api: Fact) => `The API ${api} is the server's own.`,
  managed_by_file: (what: Fact) => `${what} is managed by catalogue.yml: change it there, and import the file.`,
  managed_elsewhere: (what: Fact) =>
    `${what} is managed elsewhere: change it through the management API or by a command, or have the file take it over (--take-over).`,
  not_found: (what: Fact) => `there is no ${what} of this id`,
  insufficient_scope: (scope: Fact) => `the scope ${scope} is missing`,
  precondition_required:
    'send If-Match with the ETag of what you have read, so that nobody overwrites what another changed',
  precondition_failed: 'it has changed since you read it: read it again, and decide with what is there now',
  idempotency_key_reused:
    'this Idempotency-Key was sent with another request: take a new one for each thing to be done',
  no_image: 'choose an image in PNG, JPEG or WebP first',
  image_large: 'this image is larger than 1 MB: make it smaller',
  keep_secret: 'say how long the secret before goes on',
} as const

export type RefusalReason = keyof typeof REFUSALS

/** Each with the facts that its sentence needs. */
export type FactsOf<Reason extends RefusalReason> = (typeof REFUSALS)[Reason] extends (
  ...facts: infer Facts extends readonly Fact[]
) => string
  ? Facts
  : readonly []

/** Why it was refused. */
export interface NamedRefusal {
  readonly reason: RefusalReason
  readonly facts: readonly Fact[]
  /** In English. */
  readonly sentence: string
}

/** The sentences of a language. */
export type RefusalSentences = {
  readonly [Reason in RefusalReason]: string | ((...facts: FactsOf<Reason>) => string)
}

export function refusal<Reason extends RefusalReason>(reason: Reason, ...facts: FactsOf<Reason>): NamedRefusal {
  return { reason, facts, sentence: say(REFUSALS[reason], facts) }
}

/** In the words of a language; in English where it has no others. */
export function sayRefusal(sentences: Partial<RefusalSentences>, { reason, facts, sentence }: NamedRefusal): string {
  return say(sentences[reason] ?? sentence, facts)
}

/** Each was made with the facts of its reason. */
function say(sentence: string | ((...facts: readonly never[]) => string), facts: readonly Fact[]): string {
  return typeof sentence === 'string' ? sentence : Reflect.apply(sentence, undefined, facts)
}
