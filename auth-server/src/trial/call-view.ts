// One call of a trial, as the wire shows it: what was sent and answered, how the quota went down, and what the backend was told.
import { IDENTITY_HEADER } from '@mobile-api-gateway/sdk/identity-headers.ts'
import { note, notice } from '../pages/components/notice.ts'
import { type WireMessage, type WirePart, wireParts, wireText } from '../pages/components/wire.ts'
import { type Html, html } from '../pages/html.ts'
import type { Texts } from '../pages/locales/en.ts'
import { beginningOf, decodeToken } from './tokens.ts'
import type { Trial, TrialCall } from './trial.ts'

const QUOTA = /^(?:x-)?ratelimit-|^retry-after$/

export function callMessage(call: TrialCall, trial: Trial, { trial: texts }: Texts): WireMessage {
  return {
    title: texts.call.title,
    lead: texts.call.lead,
    line: `GET ${call.address}`,
    content: [
      wireParts([
        { name: 'Authorization', value: authorizationOf(trial), note: texts.call.byServer },
        ...(trial.key ? [{ name: 'DPoP', value: texts.call.proofValue, note: texts.call.proof }] : []),
      ]),
      ...('problem' in call ? [notice('bad', texts.call.problems[call.problem])] : answered(call, trial, texts)),
    ],
  }
}

function authorizationOf({ grant }: Trial): string {
  return grant?.kind === 'tokens' ? `${grant.tokenType} ${beginningOf(grant.accessToken)}` : ''
}

function answered(
  call: Extract<TrialCall, { status: number }>,
  trial: Trial,
  { call: texts }: Texts['trial'],
): readonly Html[] {
  const [quota, others] = [true, false].map((isQuota) =>
    call.headers.flatMap(([name, value]) => (QUOTA.test(name) === isQuota ? [{ name, value }] : [])),
  )
  const received = receivedBy(call.body)
  return [
    html`<h4>${texts.answer}</h4><p class="line"><code>HTTP ${call.status}</code></p>`,
    ...(others && others.length > 0 ? [wireParts(others)] : []),
    ...(quota && quota.length > 0 ? [wireParts(quota, texts.quota), note(texts.quotaLead)] : []),
    ...(received
      ? [wireParts(received, texts.received), note(texts.receivedLead)]
      : call.status < 400
        ? [wireParts(toldBy(trial), texts.told), note(texts.toldLead)]
        : []),
    call.body === undefined ? note(texts.notText) : wireText(texts.body, call.body || texts.empty),
    ...(call.isCut ? [note(texts.cut)] : []),
  ]
}

const NAMES = new Map(Object.values(IDENTITY_HEADER).map((name) => [name.toLowerCase(), name]))

/** The identity headers that a backend has sent back, as the demo's does with all that it receives. */
function receivedBy(body: string | undefined): readonly WirePart[] | undefined {
  const headers = objectOf(objectOf(parse(body))?.headers)
  const parts = Object.entries(headers ?? {}).flatMap(([header, value]) => {
    const name = NAMES.get(header.toLowerCase())
    return name === undefined ? [] : [{ name, value: String(value) }]
  })
  return parts.length > 0 ? parts : undefined
}

/** What the gateway makes of the token (kong-plugins, identity stage). */
function toldBy({ grant }: Trial): readonly WirePart[] {
  const claims = grant?.kind === 'tokens' ? decodeToken(grant.accessToken)?.claims : undefined
  if (!claims) return []
  const { sub, scope, client_id: clientId, app_id: applicationId } = claims
  const values = [
    [IDENTITY_HEADER.userId, sub],
    [IDENTITY_HEADER.kind, 'account'],
    [IDENTITY_HEADER.scope, scope],
    [IDENTITY_HEADER.username, clientId],
    [IDENTITY_HEADER.applicationId, applicationId],
    [IDENTITY_HEADER.credential, clientId],
  ] as const
  return values.flatMap(([name, value]) => (typeof value === 'string' ? [{ name, value }] : []))
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : undefined
}
