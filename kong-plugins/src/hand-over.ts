// What our plugins pass on: the three separate ones to each other in `kong.ctx.shared`, and all of them the name that the guard asks for.
import type { Caller, Visitor } from './stages/caller.ts'

/** Key in `kong.ctx.shared`. */
export const HAND_OVER_KEY = 'mobile_gateway'

/** Each stage adds its own mark, the name that the request passed by, when it let the request pass. */
export type StageName = 'token' | 'identity' | 'quota'

/** The table as it lies in `kong.ctx.shared`: flat strings, so that Lua reads it as easily. */
export type HandOver = Readonly<Record<string, string>>

/**
 * The name that a visitor passes by: the policy, or another that no policy can have. A guard that expects the policy
 * refuses nobody-in-particular by that, wherever nobody wrote the other name into it.
 */
export function passName(policy: string, visitor: Visitor): string {
  return visitor.kind === 'anonymous' ? `${policy}/anonymous` : policy
}

/** What the token stage leaves; `consumer` is the id of the one that it told Kong of. */
export function firstHandOver(policy: string, visitor: Visitor, consumer: string | undefined): HandOver {
  const token = passName(policy, visitor)
  if (visitor.kind === 'anonymous') return { token, address: visitor.address }
  const { caller, issuer } = visitor
  return {
    token,
    ...(consumer === undefined ? {} : { consumer }),
    ...(issuer === undefined ? {} : { iss: issuer }),
    sub: caller.subject,
    client_id: caller.clientId,
    scope: caller.scope,
    ...(caller.applicationId === undefined ? {} : { app_id: caller.applicationId }),
    ...(caller.plan === undefined ? {} : { plan: caller.plan }),
  }
}

/** The table with the mark of one more stage. */
export function marked(handed: HandOver, stage: StageName, name: string): HandOver {
  return { ...handed, [stage]: name }
}

/** Reads the table; undefined unless the token stage of this very policy left it. */
export function readHandOver(value: unknown, policy: string): { visitor: Visitor; handed: HandOver } | undefined {
  if (!isStrings(value)) return undefined
  const visitor = readVisitor(value)
  return visitor && value.token === passName(policy, visitor) ? { visitor, handed: value } : undefined
}

function readVisitor({ sub, client_id, scope, app_id, plan, iss, address }: HandOver): Visitor | undefined {
  if (address !== undefined) return sub === undefined ? { kind: 'anonymous', address } : undefined
  if (sub === undefined || client_id === undefined || scope === undefined) return undefined
  const caller: Caller = { subject: sub, clientId: client_id, scope, applicationId: app_id, plan }
  return { kind: 'known', caller, issuer: iss }
}

function isStrings(value: unknown): value is HandOver {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((item) => typeof item === 'string')
  )
}
