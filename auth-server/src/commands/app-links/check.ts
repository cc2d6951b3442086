// Fetches what phones would fetch of one app, from where they would fetch it, and says what is wrong.
import { ASSET_LINKS_PATH, claimedRedirectUri, SITE_ASSOCIATION_PATH } from '../../catalogue/app-links.ts'
import { fetchPlain } from '../../http/outbound/fetch.ts'
import { ForbiddenAddress } from '../../http/outbound/guarded-request.ts'
import { isLoopbackHost } from '../../http/outbound/public-address.ts'
import type { Db } from '../../store/database.ts'
import { findApprovedIdentity, listIdentities, type NamedIdentity } from '../../store/tables/app-identities.ts'
import { findRedirectUris } from '../../store/tables/applications.ts'
import { assetLinksFindings, READ_BYTES, readAsPhone, siteAssociationFindings } from './findings.ts'

const TIMEOUT_MILLIS = 10_000

/** What was looked at, and what is wrong with it: nothing, where it is as it should be. */
export interface Checked {
  readonly what: string
  readonly findings: readonly string[]
}

/** @throws {Error} where there is no record to hold anything against. */
export async function checkAppLinks(db: Db, issuer: string, clientId: string): Promise<readonly Checked[]> {
  const identity = (await listIdentities(db)).find((known) => known.clientId === clientId)
  if (!identity) throw new Error(`${clientId} has no record. Set one with: npm run app-links -- set ${clientId} …`)
  const document = async (path: string, judge: typeof assetLinksFindings): Promise<Checked> => ({
    what: issuer + path,
    findings: await judgeDocument(issuer, path, identity, judge),
  })
  return [
    { what: clientId, findings: await registrationFindings(db, issuer, identity) },
    { what: issuer, findings: issuerFindings(issuer) },
    ...(identity.android ? [await document(ASSET_LINKS_PATH, assetLinksFindings)] : []),
    ...(identity.apple ? [await document(SITE_ASSOCIATION_PATH, siteAssociationFindings)] : []),
  ]
}

async function registrationFindings(
  db: Db,
  issuer: string,
  { clientId, isConfirmed }: NamedIdentity,
): Promise<readonly string[]> {
  const link = claimedRedirectUri(issuer, clientId)
  const uris = await findRedirectUris(db, clientId)
  return [
    ...((await findApprovedIdentity(db, clientId))
      ? []
      : ['It has no approved subscription, or is suspended, so phones are told nothing of it.']),
    ...(isConfirmed ? [] : ['An administrator has not confirmed it yet, so phones are told nothing of it.']),
    ...(issuer.startsWith('https:') && !uris.includes(link)
      ? [`${link} is not among its redirect URIs any more. Set the record again.`]
      : []),
  ]
}

function issuerFindings(issuer: string): readonly string[] {
  const { protocol, port, hostname } = new URL(issuer)
  if (isLoopbackHost(hostname))
    return ['Phones cannot reach this machine: links, and passkeys in apps, need a public https address.']
  return protocol === 'https:' && port === '' ? [] : ['Phones ask port 443 by https, and no other.']
}

async function judgeDocument(
  issuer: string,
  path: string,
  identity: NamedIdentity,
  judge: typeof assetLinksFindings,
): Promise<readonly string[]> {
  const allowLoopback = isLoopbackHost(new URL(issuer).hostname)
  try {
    const answer = await fetchPlain(issuer + path, {
      timeoutMillis: TIMEOUT_MILLIS,
      allowLoopback,
      maxBytes: READ_BYTES,
    })
    const read = readAsPhone(answer)
    return 'problem' in read ? [read.problem] : judge(read.json, identity)
  } catch (error) {
    return [unreachable(error)]
  }
}

function unreachable(error: unknown): string {
  if (error instanceof ForbiddenAddress) return `Phones cannot reach it: ${error.message}.`
  const reason = error instanceof Error ? error.message : String(error)
  return `It cannot be fetched: ${reason}. A phone accepts no certificate that this machine does not.`
}
