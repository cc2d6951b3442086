// Where the sign-in of a trial comes back to: the answer counts once, in the browser that the trial was begun in.
import type { FastifyRequest } from 'fastify'
import { sha256 } from '../crypto/digest.ts'
import type { Deps } from '../deps.ts'
import type { Pages } from '../http/page-routes.ts'
import { Parameters } from '../http/parameters.ts'
import { HttpProblem } from '../http/problem.ts'
import { TRIAL_CALLBACK_PATH } from '../interaction/paths.ts'
import { OAuthError } from '../oauth/errors.ts'
import { redeemTrialCode } from '../oauth/trial-tokens.ts'
import { linkButton } from '../pages/components/button.ts'
import type { Page, PageContent } from '../pages/frame.ts'
import { html } from '../pages/html.ts'
import type { Texts } from '../pages/locales/en.ts'
import { sendPage } from '../pages/send-page.ts'
import { endTrialLogin, noteTrial, takeTrialAnswer } from '../store/tables/trials.ts'
import { thumbprintOf } from './dpop.ts'
import { beginningOf } from './tokens.ts'
import { sealTrial, type Trial, type TrialAnswer, unsealTrial } from './trial.ts'

/**
 * For anybody, and good for nobody but the browser of a trial: `state` and the cookie are the proof, the answer is taken by
 * one statement, and the code can be redeemed by this server alone. Nothing is read from a request without both.
 * @param pageOf where a trial goes on: of a developer in the portal, or (null) of a development machine
 */
export function trialCallback(deps: Deps, pageOf: (owner: string | null, clientId: string) => string): Pages {
  const { db, config, cookies } = deps
  return {
    [TRIAL_CALLBACK_PATH]: {
      async GET(request, reply) {
        const parameters = Parameters.ofUrl(request.raw.url ?? '')
        parameters.requireSound()
        const stateHash = sha256(parameters.get('state') ?? '')
        const browserHashes = cookies.trials(request).map(sha256)
        const taken = await takeTrialAnswer(db, { stateHash, browserHashes })
        if (!taken) return sendPage(reply.code(400), lostPage)
        const { id, revision, sealed, personId } = taken
        const trial = await unsealTrial(sealed, config.keyEncryptionKeys, id)
        const answer = readAnswer(parameters, config.issuer)
        const code = answer.kind === 'code' && answer.isOurIssuer ? parameters.get('code') : undefined
        const { grant, familyId } = code === undefined ? {} : await redeem(deps, request, trial, { code, personId })
        const next: Trial = { ...trial, answer, ...(grant && { grant }) }
        const isNoted = await noteTrial(db, {
          id,
          revision,
          sealed: await sealTrial(next, config.keyEncryptionKeys, id),
          ...(familyId !== undefined && { familyId }),
        })
        // Whoever has ended it meanwhile has ended what it would have been given.
        if (!isNoted && familyId !== undefined) await endTrialLogin(db, familyId)
        return sendPage(reply, donePage(pageOf(personId, trial.app.clientId)))
      },
    },
  }
}

function readAnswer(parameters: Parameters, issuer: string): TrialAnswer {
  const code = parameters.get('code')
  const isOurIssuer = parameters.get('iss') === issuer
  if (code !== undefined) return { kind: 'code', code: beginningOf(code), isOurIssuer }
  const [error = '', description = ''] = [parameters.get('error'), parameters.get('error_description')]
  return { kind: 'error', error, description }
}

async function redeem(
  deps: Deps,
  request: FastifyRequest,
  { app, redirectUri, verifier, key }: Trial,
  { code, personId }: Readonly<{ code: string; personId: string | null }>,
): Promise<Pick<Trial, 'grant'> & Readonly<{ familyId?: string }>> {
  try {
    const tokens = await redeemTrialCode(deps, request, {
      clientId: app.clientId,
      code,
      codeVerifier: verifier,
      redirectUri,
      dpopJkt: key ? await thumbprintOf(key) : null,
    })
    const { response, familyId } = tokens
    // The sign-in has seen to it already (oauth/authorize/trial.ts).
    if (personId !== null && personId !== tokens.personId) throw new Error('a trial was answered for somebody else')
    const {
      token_type: tokenType,
      expires_in: expiresIn,
      scope,
      access_token: accessToken,
      id_token: idToken,
    } = response
    return { familyId, grant: { kind: 'tokens', tokenType, expiresIn, scope, accessToken, idToken } }
  } catch (error) {
    if (!(error instanceof OAuthError || error instanceof HttpProblem)) throw error
    return { grant: { kind: 'refused', error: error.code, description: error.description } }
  }
}

function donePage(href: string): Page {
  return ({ trial }) => ({
    title: trial.done.title,
    body: html`<h1>${trial.done.title}</h1>
<p>${trial.done.lead}</p>
${linkButton(trial.done.link, href)}`,
  })
}

function lostPage({ trial }: Texts): PageContent {
  return { title: trial.done.lost, body: html`<h1>${trial.done.lost}</h1>\n<p>${trial.done.lostLead}</p>` }
}
