// What an identity provider does, whatever it speaks: leads somebody away to sign in, and says who came back.
import type { Parsed } from '../../config/setting.ts'
import type { GuardedFetch } from '../../http/outbound/guarded-fetch.ts'

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
}

/** What came back to the redirect URI. */
export interface UpstreamAnswer extends UpstreamRequest {
  readonly parameters: URLSearchParams
  /** How long ago it was begun; the person must not have signed in there before, where that has to be fresh. */
  readonly begunSecondsAgo?: number
}

/** Who somebody is at a provider. */
export interface UpstreamIdentity {
  /** In whose name space the subject is; never what our configuration calls the provider. */
  readonly issuer: string
  readonly subject: string
  readonly email?: string
  /** The provider says so, by `true` and nothing else. */
  readonly emailVerified: boolean
  readonly name?: string
  /** All that the provider told. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** What a kind knows to do; its file makes one of its settings. */
export interface UpstreamProtocol {
  /** In whose name space its subjects are. */
  readonly issuer: string
  /** Where browsers are sent, if not at the issuer's; pages have to let their forms lead there. */
  readonly leadsTo?: string
  /** The address to send the browser to. */
  begin(request: UpstreamRequest): Promise<URL>
  /** Who it is. @throws {Error} when the answer is not one to this request, or is not sound. */
  finish(answer: UpstreamAnswer): Promise<UpstreamIdentity>
  /** Makes ready what the first sign-in would wait for; nobody waits for it here. */
  prepare?(): Promise<void>
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
  /** Every request to a provider goes by it. */
  readonly fetch: GuardedFetch
  /** Plain http is let through, on a server that runs so on loopback itself. */
  readonly allowLoopback: boolean
}

/** Reads the settings of one provider; undefined when something is wrong with them, which is then noted. */
export type ReadFields = <Fields extends ProviderFields>(fields: Fields) => FieldValues<Fields> | undefined

/** A kind of providers. */
export interface ProviderKind {
  /** What people know it by, where the configuration does not say. */
  readonly label?: string
  readonly fields: ProviderFields
  readonly open: (read: ReadFields, tools: UpstreamTools) => UpstreamProtocol | undefined
}

/** A kind by its settings, and what is made of them. */
export function providerKind<Fields extends ProviderFields>(
  kind: Readonly<{ label?: string; fields: Fields }>,
  make: (settings: FieldValues<Fields>, tools: UpstreamTools) => UpstreamProtocol,
): ProviderKind {
  return {
    ...kind,
    open(read, tools) {
      const settings = read(kind.fields)
      return settings && make(settings, tools)
    },
  }
}
