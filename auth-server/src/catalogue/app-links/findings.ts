// What is wrong with a document that phones read, as findings that pages and commands put into words. Pure: it is given the answer as it came.
import type { PlainAnswer } from '../../http/outbound/fetch.ts'
import type { NamedIdentity } from '../../store/tables/app-identities.ts'
import { assetLinks, MAX_DOCUMENT_BYTES, siteAssociation } from '../app-links.ts'

/** Reads no more than this: what is longer is too long anyway. */
export const READ_BYTES = MAX_DOCUMENT_BYTES + 1

/** What can be wrong with one of the two documents. */
export const DOCUMENT_PROBLEMS = [
  'unreachable',
  'not_public',
  'redirected',
  'status',
  'content_type',
  'too_long',
  'not_json',
  'app_missing',
  'certificate_missing',
  'links_missing',
  'passkeys_missing',
  'different',
] as const
export type DocumentProblem = (typeof DOCUMENT_PROBLEMS)[number]

/** One thing that is wrong. */
export interface LinkFinding<Problem = DocumentProblem> {
  readonly problem: Problem
  /** What was found there, or what is missing; null where the problem says all. */
  readonly detail: string | null
}

/** What comes from others is no longer than this where it is told. */
const MAX_DETAIL = 200

/** What keeps a phone from reading the document at all; its content where nothing does. */
export function readAsPhone(answer: PlainAnswer): Readonly<{ json: unknown } | { finding: LinkFinding }> {
  const { status, location, contentType, body } = answer
  const found = (problem: DocumentProblem, detail: string | null = null) => ({
    finding: { problem, detail: detail === null ? null : detail.slice(0, MAX_DETAIL) },
  })
  if (status >= 300 && status < 400) return found('redirected', `${status} ${location ?? ''}`.trim())
  if (status !== 200) return found('status', String(status))
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? '')) return found('content_type', contentType || null)
  if (body.length > MAX_DOCUMENT_BYTES) return found('too_long')
  try {
    return { json: JSON.parse(body.toString()) }
  } catch {
    return found('not_json')
  }
}

/** Whether a value holds all that another one says: of a list every item, of an object every member. */
function holds(there: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    const items: readonly unknown[] = Array.isArray(there) ? there : []
    return wanted.every((item) => items.some((known) => holds(known, item)))
  }
  if (typeof wanted !== 'object' || wanted === null) return there === wanted
  if (typeof there !== 'object' || there === null) return false
  const members = new Map<string, unknown>(Object.entries(there))
  return Object.entries(wanted).every(([name, value]) => holds(members.get(name), value))
}

export function assetLinksFindings(json: unknown, identity: NamedIdentity): readonly LinkFinding[] {
  const { android } = identity
  if (android === null) return []
  const [statement] = assetLinks([identity])
  const statements: readonly unknown[] = Array.isArray(json) ? json : []
  const ours = statements.filter((known) => holds(known, { target: { package_name: android.packageName } }))
  if (ours.length === 0) return [{ problem: 'app_missing', detail: android.packageName }]
  if (ours.some((known) => holds(known, statement))) return []
  const missing = android.digests.filter((digest) => !ours.some((known) => hasDigest(known, digest)))
  return missing.length > 0
    ? missing.map((detail) => ({ problem: 'certificate_missing', detail }))
    : [{ problem: 'different', detail: android.packageName }]
}

function hasDigest(statement: unknown, digest: string): boolean {
  return holds(statement, { target: { sha256_cert_fingerprints: [digest] } })
}

export function siteAssociationFindings(json: unknown, identity: NamedIdentity): readonly LinkFinding[] {
  const { apple, passkeys } = identity
  if (apple === null) return []
  const appId = `${apple.team}.${apple.bundle}`
  if (holds(json, siteAssociation([identity]))) return []
  const { applinks } = { applinks: { details: [{ appIDs: [appId] }] } }
  if (!holds(json, { applinks })) return [{ problem: 'links_missing', detail: appId }]
  const hasPasskeys = !passkeys || holds(json, { webcredentials: { apps: [appId] } })
  return [{ problem: hasPasskeys ? 'different' : 'passkeys_missing', detail: appId }]
}
