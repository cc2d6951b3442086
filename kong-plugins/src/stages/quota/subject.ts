// Who is counted: a user of an application, an application that calls for itself, or the address of somebody unknown.
import type { Caller } from '../caller.ts'

/** Whose calls are counted together. */
export type Subject =
  | { readonly kind: 'user'; readonly id: string; readonly clientId: string }
  | { readonly kind: 'client'; readonly clientId: string }
  | { readonly kind: 'address'; readonly address: string }

/** The subject of a verified token. A machine's token names the client itself as `sub` (RFC 9068 §2.2). */
export function subjectOf({ subject, clientId }: Caller): Subject {
  return subject === clientId ? { kind: 'client', clientId } : { kind: 'user', id: subject, clientId }
}

/** Names of the counts that one call adds to. Somebody unknown belongs to no application. */
export interface CountKeys {
  readonly subject: string
  readonly application: string | undefined
}

/**
 * Both names hold the same `{…}`, by which Redis Cluster keeps them in one place, so that one script may change both.
 * Each part is percent-encoded, so no two subjects can be glued to look alike.
 */
export function countKeys(countAs: string, subject: Subject): CountKeys {
  if (subject.kind === 'address')
    return { subject: `{${countAs}:address:${encodeURIComponent(subject.address)}}`, application: undefined }
  const application = `{${countAs}:${encodeURIComponent(subject.clientId)}}`
  const own = subject.kind === 'client' ? 'client' : `user:${encodeURIComponent(subject.id)}`
  return { subject: `${application}:${own}`, application: `${application}:all` }
}
