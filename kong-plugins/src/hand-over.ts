// What the three separate plugins pass on to each other in `kong.ctx.shared`, and the marks that prove which of them ran.
import type { Caller } from './stages/caller.ts'

/** Key in `kong.ctx.shared`. */
export const HAND_OVER_KEY = 'mobile_gateway'

/** Each stage adds its own mark, the name of its policy, when it let the request pass. */
export type StageName = 'token' | 'identity' | 'quota'

/** The table as it lies in `kong.ctx.shared`: flat strings, so that Lua reads it as easily. */
export type HandOver = Readonly<Record<string, string>>

/** What the token stage leaves. */
export function firstHandOver(policy: string, caller: Caller): HandOver {
  return {
    token: policy,
    sub: caller.subject,
    client_id: caller.clientId,
    scope: caller.scope,
    ...(caller.applicationId === undefined ? {} : { app_id: caller.applicationId }),
    ...(caller.plan === undefined ? {} : { plan: caller.plan }),
  }
}

/** The table with the mark of one more stage. */
export function marked(handed: HandOver, stage: StageName, policy: string): HandOver {
  return { ...handed, [stage]: policy }
}

/** Reads the table; undefined unless the token stage of this very policy left it. */
export function readHandOver(value: unknown, policy: string): { caller: Caller; handed: HandOver } | undefined {
  if (!isStrings(value)) return undefined
  const { token, sub, client_id, scope, app_id, plan } = value
  if (token !== policy || sub === undefined || client_id === undefined || scope === undefined) return undefined
  return { caller: { subject: sub, clientId: client_id, scope, applicationId: app_id, plan }, handed: value }
}

function isStrings(value: unknown): value is HandOver {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((item) => typeof item === 'string')
  )
}
