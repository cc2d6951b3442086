// Fetches what phones would fetch of one app, from where they would fetch it, and finds what is wrong.
import { fetchPlain } from '../../http/outbound/fetch.ts'
import { ForbiddenAddress } from '../../http/outbound/guarded-request.ts'
import { isLoopbackHost } from '../../http/outbound/public-address.ts'
import type { Db } from '../../store/database.ts'
import { findApprovedIdentity, type NamedIdentity } from '../../store/tables/app-identities.ts'
import { findRedirectUris } from '../../store/tables/applications.ts'
import { ASSET_LINKS_PATH, claimedRedirectUri, SITE_ASSOCIATION_PATH } from '../app-links.ts'
import { assetLinksFindings, type LinkFinding, READ_BYTES, readAsPhone, siteAssociationFindings } from './findings.ts'

const TIMEOUT_MILLIS = 10_000

/** What keeps phones from being told of an app, or from asking, whatever the documents say. */
export const RECORD_PROBLEMS = ['not_approved', 'not_confirmed', 'link_not_registered'] as const
export const SERVER_PROBLEMS = ['this_machine', 'not_port_443'] as const

/** One of the two documents, as it was answered just now. */
export interface CheckedDocument {
  readonly system: 'android' | 'apple'
  readonly address: string
  /** Empty, where it is as it should be. */
  readonly findings: readonly LinkFinding[]
  /** For whoever runs the server; it may name what developers are not told. */
  readonly cause?: string
}

export interface CheckedAppLinks {
  readonly record: readonly (typeof RECORD_PROBLEMS)[number][]
  readonly server: readonly (typeof SERVER_PROBLEMS)[number][]
  /** Of the systems that the record names. */
  readonly documents: readonly CheckedDocument[]
}

/** Asks the issuer alone, at two addresses that nobody chooses. */
export async function checkAppLinks(db: Db, issuer: string, identity: NamedIdentity): Promise<CheckedAppLinks> {
  const [record, android, apple] = await Promise.all([
    recordProblems(db, issuer, identity),
    identity.android && checkDocument('android', issuer + ASSET_LINKS_PATH, identity),
    identity.apple && checkDocument('apple', issuer + SITE_ASSOCIATION_PATH, identity),
  ])
  return { record, server: serverProblems(issuer), documents: [android, apple].filter((document) => document !== null) }
}

/** What is wrong first, by one word; undefined where phones are told of the app as they should be. */
export function firstProblem({ record, server, documents }: CheckedAppLinks): string | undefined {
  return [...record, ...server, ...documents.flatMap(({ findings }) => findings.map(({ problem }) => problem))][0]
}

async function recordProblems(db: Db, issuer: string, { clientId, isConfirmed }: NamedIdentity) {
  const uris = await findRedirectUris(db, clientId)
  const isRegistered = !issuer.startsWith('https:') || uris.includes(claimedRedirectUri(issuer, clientId))
  const isApproved = (await findApprovedIdentity(db, clientId)) !== undefined
  return [
    ...(isApproved ? [] : (['not_approved'] as const)),
    ...(isConfirmed ? [] : (['not_confirmed'] as const)),
    ...(isRegistered ? [] : (['link_not_registered'] as const)),
  ]
}

function serverProblems(issuer: string): CheckedAppLinks['server'] {
  const { protocol, port, hostname } = new URL(issuer)
  if (isLoopbackHost(hostname)) return ['this_machine']
  return protocol === 'https:' && port === '' ? [] : ['not_port_443']
}

const JUDGES = { android: assetLinksFindings, apple: siteAssociationFindings } as const

async function checkDocument(
  system: CheckedDocument['system'],
  address: string,
  identity: NamedIdentity,
): Promise<CheckedDocument> {
  const allowLoopback = isLoopbackHost(new URL(address).hostname)
  try {
    const options = { timeoutMillis: TIMEOUT_MILLIS, allowLoopback, maxBytes: READ_BYTES }
    const read = readAsPhone(await fetchPlain(address, options))
    return { system, address, findings: 'finding' in read ? [read.finding] : JUDGES[system](read.json, identity) }
  } catch (error) {
    const problem = error instanceof ForbiddenAddress ? 'not_public' : 'unreachable'
    const cause = error instanceof Error ? error.message : String(error)
    return { system, address, findings: [{ problem, detail: null }], cause }
  }
}
