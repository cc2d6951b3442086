// What is wrong with a document that phones read, as sentences. Pure: it is given the answer as it came.
import { assetLinks, callbackPath, MAX_DOCUMENT_BYTES, siteAssociation } from '../../catalogue/app-links.ts'
import type { PlainAnswer } from '../../http/outbound/fetch.ts'
import type { NamedIdentity } from '../../store/tables/app-identities.ts'

/** Reads no more than this: what is longer is too long anyway. */
export const READ_BYTES = MAX_DOCUMENT_BYTES + 1

/** What keeps a phone from reading the document at all; its content where nothing does. */
export function readAsPhone(answer: PlainAnswer): Readonly<{ json: unknown } | { problem: string }> {
  const { status, location, contentType, body } = answer
  if (status >= 300 && status < 400)
    return { problem: `It is answered by a redirect (${status} to ${location ?? 'nowhere'}); phones follow none.` }
  if (status !== 200)
    return { problem: `It is answered with status ${status}. Let everybody read it, without signing in.` }
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? ''))
    return { problem: `Its content type is ${contentType ?? 'missing'}; it has to be application/json.` }
  if (body.length > MAX_DOCUMENT_BYTES) return { problem: 'It is longer than 128 KiB, which Apple takes.' }
  try {
    return { json: JSON.parse(body.toString()) }
  } catch {
    return { problem: 'It is not JSON. Something on the way answers in our place, such as a proxy or a static site.' }
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

const STALE =
  'What phones get is older than the record, or comes from somewhere else: look for a cache or proxy in front.'

export function assetLinksFindings(json: unknown, identity: NamedIdentity): readonly string[] {
  const { android } = identity
  if (android === null) return []
  const [statement] = assetLinks([identity])
  const statements: readonly unknown[] = Array.isArray(json) ? json : []
  const ours = statements.filter((known) => holds(known, { target: { package_name: android.packageName } }))
  if (ours.length === 0) return [`It does not name ${android.packageName}. ${STALE}`]
  if (ours.some((known) => holds(known, statement))) return []
  const missing = android.digests.filter((digest) => !ours.some((known) => hasDigest(known, digest)))
  return missing.length > 0
    ? missing.map((digest) => `It lacks the certificate ${digest} of ${android.packageName}. ${STALE}`)
    : [`It says something else of ${android.packageName} than the record. ${STALE}`]
}

function hasDigest(statement: unknown, digest: string): boolean {
  return holds(statement, { target: { sha256_cert_fingerprints: [digest] } })
}

export function siteAssociationFindings(json: unknown, identity: NamedIdentity): readonly string[] {
  const { apple, clientId, passkeys } = identity
  if (apple === null) return []
  const appId = `${apple.team}.${apple.bundle}`
  if (holds(json, siteAssociation([identity]))) return []
  const { applinks } = { applinks: { details: [{ appIDs: [appId] }] } }
  if (!holds(json, { applinks })) return [`It gives ${appId} no links. ${STALE}`]
  if (passkeys && !holds(json, { webcredentials: { apps: [appId] } }))
    return [`It gives ${appId} no passkeys. ${STALE}`]
  return [`It does not give ${callbackPath(clientId)} to ${appId}. ${STALE}`]
}
