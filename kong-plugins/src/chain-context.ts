// What separate plugins of ours leave for each other in `kong.ctx.shared`, and the name that a call passes a guard by.
import { SUBJECT_KINDS } from '@mobile-api-gateway/sdk/subject-kind.ts'
import { type Caller, knownCaller } from './stages/caller.ts'
import { CLEAR, type RequestHeaders } from './stages/effects.ts'
import type { KnownCall } from './usage/known-call.ts'

/** Key in `kong.ctx.shared`. */
export const CHAIN_CONTEXT_KEY = 'mobile_gateway'

/** Each stage adds its own mark, the name that the request passed by, when it let the request pass. */
export type StageName = 'token' | 'identity' | 'quota'

/** The table as it lies in `kong.ctx.shared`: flat strings, so that Lua reads it as easily. */
export type ChainContext = Readonly<Record<string, string>>

/**
 * The name that a caller passes by: the policy, or another that no policy can have. A guard that expects the policy
 * refuses nobody-in-particular by that, wherever nobody wrote the other name into it.
 */
export function passName(policy: string, { kind }: Caller): string {
  return kind === 'anonymous' ? `${policy}/anonymous` : policy
}

/** What the token stage leaves: `consumer` is the id of the one that it told Kong of, `claims` the headers of claims. */
export function tokenContext(
  policy: string,
  caller: Caller,
  {
    call,
    consumer,
    claims,
  }: { readonly call?: KnownCall | undefined; readonly consumer?: string | undefined; readonly claims: RequestHeaders },
): ChainContext {
  const token = passName(policy, caller)
  const told = Object.entries(claims).map(([name, value]) => `${name}=${value}`)
  const ours = { token, ...(told.length > 0 && { claims: told.join('&') }) }
  if (caller.kind === 'anonymous') return { ...ours, address: caller.address }
  return {
    ...ours,
    ...(consumer === undefined ? {} : { consumer }),
    ...(call && { call_issuer: call.issuer, call_audience: call.audience }),
    ...(caller.issuer === undefined ? {} : { iss: caller.issuer }),
    sub: caller.subject,
    subject_kind: caller.subjectKind,
    ...(caller.isAttested && { attested: 'true' }),
    client_id: caller.clientId,
    scope: caller.scope,
    ...(caller.applicationId === undefined ? {} : { app_id: caller.applicationId }),
    ...(caller.plan === undefined ? {} : { plan: caller.plan }),
  }
}

/** The table with the mark of one more stage. */
export function marked(context: ChainContext, stage: StageName, name: string): ChainContext {
  return { ...context, [stage]: name }
}

/** Reads the table; undefined unless the token stage of this very policy left it. */
export function readContext(value: unknown, policy: string): { caller: Caller; context: ChainContext } | undefined {
  if (!isStrings(value)) return undefined
  const caller = readCaller(value)
  return caller && value.token === passName(policy, caller) ? { caller, context: value } : undefined
}

/** Headers of claims, as the token stage left them. */
export function claimsOf({ claims }: ChainContext): RequestHeaders {
  const told = claims
    ?.split('&')
    .map((each): [string, string] => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)])
  return Object.fromEntries((told ?? []).map(([name, value]) => [name, value === '' ? CLEAR : value]))
}

/** Whose call it is; undefined where nothing is known of the caller. */
export function callOf(context: ChainContext, caller: Caller): KnownCall | undefined {
  const { call_issuer, call_audience } = context
  if (caller.kind === 'anonymous' || call_issuer === undefined || call_audience === undefined) return undefined
  const { kind, clientId, plan, subject } = caller
  const user = kind === 'user' ? subject : undefined
  return { issuer: call_issuer, audience: call_audience, clientId, plan, subject: user }
}

function readCaller(context: ChainContext): Caller | undefined {
  const { sub, client_id, scope, app_id, plan, iss, address } = context
  const subjectKind = SUBJECT_KINDS.find((kind) => kind === context.subject_kind)
  if (address !== undefined) return sub === undefined ? { kind: 'anonymous', address } : undefined
  if (sub === undefined || subjectKind === undefined || client_id === undefined || scope === undefined) return undefined
  return knownCaller({
    subject: sub,
    subjectKind,
    isAttested: context.attested === 'true',
    clientId: client_id,
    scope,
    applicationId: app_id,
    plan,
    issuer: iss,
  })
}

function isStrings(value: unknown): value is ChainContext {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((item) => typeof item === 'string')
  )
}
