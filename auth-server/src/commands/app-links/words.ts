// What `npm run app-links -- check` says of what was found, as sentences. Pure.

import type { CheckedAppLinks, CheckedDocument } from '../../catalogue/app-links/check.ts'
import type { DocumentProblem } from '../../catalogue/app-links/findings.ts'
import { callbackPath, claimedRedirectUri } from '../../catalogue/app-links.ts'

interface About {
  readonly issuer: string
  readonly clientId: string
  /** Of Android. */
  readonly packageName: string | undefined
}

/** What was looked at, and what is wrong with it: nothing, where it is as it should be. */
export interface ToldCheck {
  readonly what: string
  readonly sentences: readonly string[]
}

export function wordsOf({ record, server, documents }: CheckedAppLinks, about: About): readonly ToldCheck[] {
  return [
    { what: about.clientId, sentences: record.map((problem) => RECORD[problem](about)) },
    { what: about.issuer, sentences: server.map((problem) => SERVER[problem]) },
    ...documents.map((document) => ({ what: document.address, sentences: sentencesOf(document, about) })),
  ]
}

function sentencesOf({ system, findings, cause = '' }: CheckedDocument, about: About): readonly string[] {
  return findings.map(({ problem, detail }) => DOCUMENT[problem]({ ...about, system, cause, detail: detail ?? '' }))
}

const RECORD: Readonly<Record<CheckedAppLinks['record'][number], (about: About) => string>> = {
  not_approved: () => 'It has no approved subscription, or is suspended, so phones are told nothing of it.',
  not_confirmed: () => 'An administrator has not confirmed it yet, so phones are told nothing of it.',
  link_not_registered: ({ issuer, clientId }) =>
    `${claimedRedirectUri(issuer, clientId)} is not among its redirect URIs any more. Set the record again.`,
}

const SERVER: Readonly<Record<CheckedAppLinks['server'][number], string>> = {
  this_machine: 'Phones cannot reach this machine: links, and passkeys in apps, need a public https address.',
  not_port_443: 'Phones ask port 443 by https, and no other.',
}

interface Detail extends About {
  readonly system: CheckedDocument['system']
  readonly detail: string
  readonly cause: string
}

const STALE =
  'What phones get is older than the record, or comes from somewhere else: look for a cache or proxy in front.'

const DOCUMENT: Readonly<Record<DocumentProblem, (found: Detail) => string>> = {
  unreachable: ({ cause }) =>
    `It cannot be fetched: ${cause}. A phone accepts no certificate that this machine does not.`,
  not_public: ({ cause }) => `Phones cannot reach it: ${cause}.`,
  redirected: ({ detail }) => {
    const [status, ...location] = detail.split(' ')
    return `It is answered by a redirect (${status} to ${location.join(' ') || 'nowhere'}); phones follow none.`
  },
  status: ({ detail }) => `It is answered with status ${detail}. Let everybody read it, without signing in.`,
  content_type: ({ detail }) => `Its content type is ${detail || 'missing'}; it has to be application/json.`,
  too_long: () => 'It is longer than 128 KiB, which Apple takes.',
  not_json: () => 'It is not JSON. Something on the way answers in our place, such as a proxy or a static site.',
  app_missing: ({ detail }) => `It does not name ${detail}. ${STALE}`,
  certificate_missing: ({ detail, packageName }) => `It lacks the certificate ${detail} of ${packageName}. ${STALE}`,
  links_missing: ({ detail }) => `It gives ${detail} no links. ${STALE}`,
  passkeys_missing: ({ detail }) => `It gives ${detail} no passkeys. ${STALE}`,
  different: ({ system, detail, clientId }) =>
    system === 'android'
      ? `It says something else of ${detail} than the record. ${STALE}`
      : `It does not give ${callbackPath(clientId)} to ${detail}. ${STALE}`,
}
