// What an identity provider does, whatever it speaks: leads somebody away to sign in, and says who came back.
import type { Parsed } from '../../config/setting.ts'
import type { GuardedFetch } from '../../http/outbound/guarded-fetch.ts'
import type { FederationAddress } from './addresses.ts'

/** One sign-in at a provider. All of it is ours: nothing that an app or a browser says gets there. */
export interface UpstreamRequest {
  /** Where the provider answers: `/federation/<name>/callback` of this server. */
  readonly redirectUri: string
  readonly state: string
  readonly nonce: string
  /** RFC 7636 */
  readonly codeVerifier: string
  /** The person has to show anew who they are, where the provider can ask for that. */
  readonly isFresh: boolean
  /** Our page of the visit, for a provider whose people type their name and password there (`asksHere`). */
  readonly ownPage: string
}

/** What came back to the redirect URI. */
export interface UpstreamAnswer extends UpstreamRequest {
  readonly parameters: URLSearchParams
  /** How long ago it was begun; the person must not have signed in there before, where that has to be fresh. */
  readonly begunSecondsAgo?: number
  /**
   * For a provider whose people type their name here: counts a guess by whom the name leads to, before it is told what came
   * of it, and before the password is looked at where that can be.
   * @throws {TooManyGuesses}
   */
  readonly admit?: (who: string) => Promise<void>
}

/** Who somebody is at a provider. */
export interface UpstreamIdentity {
  /** In whose name space the subject is; never what our configuration calls the provider. */
  readonly issuer: string
  readonly subject: string
  readonly email?: string
  /** The provider says so, by `true` and nothing else. */
  readonly emailVerified: boolean
  readonly name?: string | undefined
  /** What it calls the sign-in there (`sid`), to say later that this one is over. */
  readonly sessionId?: string
  /** By which name it ends sign-ins, where that is another than the subject. */
  readonly sessionSubject?: string
  /** What it is to be told when the sign-in ends here, where that is configured: an ID token, a name with its session. */
  readonly logoutHint?: string
  /** To be revoked there when the link ends, at a provider that wants to be told of that; kept sealed. */
  readonly refreshToken?: string
  /** All that the provider told. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** Somebody has changed their mind at the provider; nothing has failed. */
export class CancelledThere extends Error {
  override name = 'CancelledThere'
}

/** The provider does not know this name with this password. */
export class WrongCredentials extends Error {
  override name = 'WrongCredentials'
}

/** There were too many guesses about whom the name leads to; whether this one was right, nobody is told. */
export class TooManyGuesses extends WrongCredentials {
  override name = 'TooManyGuesses'
  readonly waitSeconds: number

  constructor(waitSeconds: number) {
    super()
    this.waitSeconds = waitSeconds
  }
}

/** Which sign-ins the provider says are over: of a subject, or one of them, or the one of that subject. */
export type EndedThere = Readonly<{ jti: string }> &
  (Readonly<{ subject: string; sessionId?: string }> | Readonly<{ subject?: never; sessionId: string }>)

/** What was posted says nothing of a sign-in here that is over. */
export class UnfitLogoutToken extends Error {
  override name = 'UnfitLogoutToken'
}

/** As long as a subject may be (OpenID Connect Core §2), and what a database takes. */
const KEEPABLE = /^[^\p{Cc}\p{Cs}]{1,255}$/u

/** Whether this can be kept as what a provider calls somebody, or a sign-in. */
export function isKeepable(value: unknown): value is string {
  return typeof value === 'string' && KEEPABLE.test(value)
}

/** Of a provider whose page posts its answer: a form from another site, which comes without the cookies of the visit. */
export interface PostedAnswer {
  readonly to: FederationAddress & ('callback' | 'acs')
  /** The field that has the state. */
  readonly stateIn: 'state' | 'RelayState'
}

/** One sign-in there that is to end, because it has ended here. */
export interface LogoutRequest {
  /** As `finish` has told it. */
  readonly hint: string
  readonly state: string
}

/** What a browser brings from a provider: the query of an address, letter for letter, or what a form has. */
export type BroughtMessage = Readonly<{ query: string }> | Readonly<{ posted: string }>

/** Which sign-ins a message ends: those of a subject, or those of them that it names. */
export interface BroughtLogout {
  readonly id: string
  readonly subject: string
  readonly sessionIds: readonly string[]
}

/** How browsers are led to the end of their sign-in at a provider. */
export interface ProviderLogout {
  /** The address that they are sent to, as far as it is known; pages have to let their forms lead there. */
  leadsTo(): string
  /** The same with the request; the browser comes back to `/federation/<name>/logout` of this server. @throws {Error} when nobody is there. */
  begin(request: LogoutRequest): Promise<URL>
  /** Where browsers bring word from there that sign-ins are over. */
  readonly brought?: Readonly<{
    /** @throws {Error} when it is not sound. */
    read(message: BroughtMessage): Promise<BroughtLogout>
    /** The address that says there that it is done. */
    answer(ended: BroughtLogout, relayState: string): Promise<URL>
  }>
}

/** What a kind knows to do; its file makes one of its settings. */
export interface UpstreamProtocol {
  /** In whose name space its subjects are. */
  readonly issuer: string
  /** Where browsers are sent, if not at the issuer's; pages have to let their forms lead there. */
  readonly leadsTo?: string
  /** Where this server asks it itself, for administrators; otherwise they are told where browsers are sent. */
  readonly askedAt?: string
  /** When the certificates end by which its answers are believed. */
  readonly certificatesEnd?: readonly Date[]
  /** The address to send the browser to. */
  begin(request: UpstreamRequest): Promise<URL>
  /** Who it is. @throws {CancelledThere} @throws {WrongCredentials} @throws {Error} when the answer is not one to this request, or is not sound. */
  finish(answer: UpstreamAnswer): Promise<UpstreamIdentity>
  /** Without it the answer stands in the query of the callback. */
  readonly posts?: PostedAnswer
  /** Its people type `name` and `password` on a page of ours, whose form is the answer. */
  readonly asksHere?: true
  /** What the provider is to know about this server, in XML (SAML metadata). */
  metadata?(): Promise<string>
  /** Makes ready what the first sign-in would wait for; nobody waits for it here. */
  prepare?(): Promise<void>
  /** Tells it that somebody's link has ended, by the token that was kept with it. @throws {Error} when it has not heard. */
  revoke?(refreshToken: string): Promise<void>
  /** Where the configuration wants that. */
  readonly logout?: ProviderLogout
  /** Reads what it posts when a sign-in there is over. @throws {UnfitLogoutToken} @throws {Error} when that cannot be checked now. */
  readLogoutToken?(token: string): Promise<EndedThere>
  /** Addresses for which it is the authority, beside those of the domains in the configuration. */
  isAuthorityFor?(identity: UpstreamIdentity): boolean
}

/** One setting of a kind. */
export interface ProviderField<T> {
  /** What it is, for the documentation and for messages. */
  readonly about: string
  /** What counts without it; without that it is required. */
  readonly byDefault?: T
  readonly parse: (value: unknown, environment: Environment) => Parsed<T>
}
export type ProviderFields = Readonly<Record<string, ProviderField<unknown>>>
export type FieldValues<Fields extends ProviderFields> = {
  readonly [Name in keyof Fields]: Fields[Name] extends ProviderField<infer T> ? T : never
}
export type Environment = Readonly<Record<string, string | undefined>>

/** What a kind is given to work with. */
export interface UpstreamTools {
  /** Every request by HTTP to a provider goes by it. */
  readonly fetch: GuardedFetch
  /** The same to a host that the operator has named: it may be in a private network. */
  readonly fetchFrom: (host: string) => GuardedFetch
  /** Looks whether a host answers at all: whatever it says of a request without anything in it. */
  readonly probe: (address: string) => Promise<void>
  /** Looks whether a host takes connections, and says nothing to it. @param forWhom who else goes there; the server's hosts may be anywhere */
  readonly knock: (address: string, forWhom: 'browsers' | 'this server') => Promise<void>
  /** Notes whether the provider could be reached, where that is not by `fetch`. */
  readonly reach: <T>(work: () => Promise<T>) => Promise<T>
  /** What the configuration makes use of beside subject, address and name, each by the way to it. */
  readonly wanted: readonly (readonly string[])[]
  /** Plain http is let through, on a server that runs so on loopback itself. */
  readonly allowLoopback: boolean
  /** Addresses of this server, as the provider knows them. */
  readonly ownAddress: (address: FederationAddress) => string
}

/** What is wrong with settings that are sound each by itself, worded to follow the name of one of them. */
export interface SettingsProblem<Fields extends ProviderFields> {
  readonly at: keyof Fields & string
  readonly problem: string
}
export type CheckSettings<Fields extends ProviderFields> = (
  settings: FieldValues<Fields>,
) => SettingsProblem<Fields> | undefined

/** Reads the settings of one provider; undefined when something is wrong with them, which is then noted. */
export type ReadFields = <Fields extends ProviderFields>(
  fields: Fields,
  check?: CheckSettings<Fields>,
) => FieldValues<Fields> | undefined

/** For the documentation (docs/provider-kinds.md). */
export interface KindInWords {
  readonly title: string
  /** What has to be registered at the provider, where. */
  readonly register: string
}

/** A kind of providers. */
export interface ProviderKind extends KindInWords {
  /** What people know it by, where the configuration does not say. */
  readonly label?: string
  readonly fields: ProviderFields
  readonly open: (read: ReadFields, tools: UpstreamTools) => UpstreamProtocol | undefined
}

/** A kind by its settings, and what is made of them. */
export function providerKind<Fields extends ProviderFields>(
  kind: KindInWords & Readonly<{ label?: string; fields: Fields; check?: CheckSettings<Fields> }>,
  make: (settings: FieldValues<Fields>, tools: UpstreamTools) => UpstreamProtocol,
): ProviderKind {
  return {
    ...kind,
    open(read, tools) {
      const settings = read(kind.fields, kind.check)
      return settings && make(settings, tools)
    },
  }
}
