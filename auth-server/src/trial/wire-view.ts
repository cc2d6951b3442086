// The wire of a trial: each request and answer of the flow, with what its parts are for, as far as it has come.
import { AUTHORIZE_PATH, TOKEN_PATH } from '../interaction/paths.ts'
import { note } from '../pages/components/notice.ts'
import { type WireMessage, type WirePart, wireParts, wireText } from '../pages/components/wire.ts'
import type { Html } from '../pages/html.ts'
import type { Texts } from '../pages/locales/en.ts'
import { callMessage } from './call-view.ts'
import { authorizationParameters } from './parameters.ts'
import type { OpenTrial } from './play.ts'
import { beginningOf, decodeToken } from './tokens.ts'
import type { Trial } from './trial.ts'

export function messagesOf(
  { trial, isAsked, isAnswered }: OpenTrial,
  issuer: string,
  texts: Texts,
): readonly WireMessage[] {
  const { grant, calls } = trial
  return [
    askMessage(trial, issuer, texts),
    ...(isAsked ? [{ title: texts.trial.waits.title, lead: texts.trial.waits.lead }] : []),
    ...(isAnswered && trial.answer ? [backMessage(trial, issuer, texts)] : []),
    ...(grant ? [redeemMessage(trial, issuer + TOKEN_PATH, texts), ...tokenMessages(trial, texts)] : []),
    ...calls.map((call) => callMessage(call, trial, texts)),
  ]
}

function askMessage(trial: Trial, issuer: string, { trial: texts }: Texts): WireMessage {
  const { ask } = texts
  const parameters = authorizationParameters(trial)
  const { redirectUri, isPushed } = trial.app
  return {
    title: ask.title,
    lead: ask.lead,
    line: `GET ${issuer}${AUTHORIZE_PATH}`,
    content: [
      wireParts(explained(parameters, ask.parameters)),
      ...(isPushed ? [note(ask.pushed)] : []),
      ...(redirectUri === undefined ? [] : [note(ask.elsewhere(redirectUri))]),
    ],
  }
}

function explained<Name extends string>(
  values: Readonly<Partial<Record<Name, string | undefined>>>,
  notes: Readonly<Record<Name, string>>,
): readonly WirePart[] {
  return Object.entries<string | undefined>(values).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [{ name, value, note: Object.entries<string>(notes).find(([key]) => key === name)?.[1] }],
  )
}

function backMessage({ answer, redirectUri, state }: Trial, issuer: string, { trial: texts }: Texts): WireMessage {
  const { back } = texts
  const isCode = answer?.kind === 'code'
  const values = isCode
    ? { code: answer.code, state, ...(answer.isOurIssuer && { iss: issuer }) }
    : { error: answer?.error ?? '', error_description: answer?.description ?? '', state, iss: issuer }
  return {
    title: back.title,
    lead: back.lead,
    line: `GET ${redirectUri}`,
    content: [
      wireParts(explained(values, back.parameters)),
      ...(isCode && !answer.isOurIssuer ? [note(back.otherIssuer)] : []),
    ],
  }
}

function redeemMessage(trial: Trial, address: string, { trial: texts }: Texts): WireMessage {
  const { redeem } = texts
  const { app, answer, grant, verifier, redirectUri } = trial
  const sent = {
    grant_type: 'authorization_code',
    code: answer?.kind === 'code' ? answer.code : '',
    redirect_uri: redirectUri,
    client_id: app.clientId,
    code_verifier: verifier,
  }
  return {
    title: redeem.title,
    lead: redeem.lead,
    line: `POST ${address}`,
    content: [
      wireParts(explained(sent, redeem.parameters)),
      ...(app.isConfidential ? [note(redeem.secret)] : []),
      ...(app.isBound ? [note(redeem.bound)] : []),
      grant?.kind === 'tokens'
        ? wireParts(answerParts(grant, app.refreshes, texts), `${redeem.answer}: 200`)
        : wireParts([{ name: grant?.error ?? '', value: grant?.description ?? '' }], redeem.problem),
    ],
  }
}

function answerParts(
  grant: Extract<Trial['grant'], { kind: 'tokens' }>,
  refreshes: boolean,
  { redeem }: Texts['trial'],
): readonly WirePart[] {
  const values = {
    access_token: beginningOf(grant.accessToken),
    token_type: grant.tokenType,
    expires_in: String(grant.expiresIn),
    scope: grant.scope,
    id_token: grant.idToken === undefined ? undefined : beginningOf(grant.idToken),
    refresh_token: refreshes ? redeem.leftOut : undefined,
  }
  return explained(values, redeem.members)
}

function tokenMessages({ grant }: Trial, { trial: texts }: Texts): readonly WireMessage[] {
  if (grant?.kind !== 'tokens') return []
  const { decoded } = texts
  return [
    { title: decoded.accessToken, lead: decoded.accessLead, content: tokenParts(grant.accessToken, texts) },
    ...(grant.idToken === undefined
      ? []
      : [{ title: decoded.idToken, lead: decoded.idLead, content: tokenParts(grant.idToken, texts) }]),
  ]
}

function tokenParts(token: string, { decoded }: Texts['trial']): readonly Html[] {
  const known = decodeToken(token)
  if (!known) return []
  return [
    wireText(decoded.header, JSON.stringify(known.header, null, 2)),
    wireText(decoded.claims, JSON.stringify(known.claims, null, 2)),
  ]
}
