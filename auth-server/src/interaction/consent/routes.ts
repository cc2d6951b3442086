// The consent page: what an app that is not trusted wants to do, in the API's own words.
import { ofRequest } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import { meaningsOf } from '../../catalogue/openid-scopes.ts'
import type { Deps } from '../../deps.ts'
import { LOCALES, languageOf } from '../../pages/language.ts'
import { sendPage } from '../../pages/send-page.ts'
import { describeScopes } from '../../store/tables/api-scopes.ts'
import { giveConsent } from '../../store/tables/consents.ts'
import { guestDeviceOf } from '../guest/needed.ts'
import type { VisitFlow, VisitPages } from '../visit.ts'
import { claimsBeside, openScopesOf } from './open-scopes.ts'
import { consentPage, consentTextVersion, WORDS } from './view.ts'

export function consentPages({ db }: Deps, visits: VisitFlow): VisitPages {
  return {
    consent: {
      async GET(request, reply) {
        const visit = await visits.openAppStep(request, reply, 'consent')
        if (!visit) return reply
        const { pending, session, binding } = visit
        const scopes = await describeScopes(db, pending.app.apiId, await openScopesOf(db, pending, session))
        const guest = await guestDeviceOf(visit, db)
        return sendPage(reply, consentPage({ pending, binding, session, scopes, guest }))
      },
      async POST(request, reply) {
        const visit = await visits.openAppStep(request, reply, 'consent')
        if (!visit) return reply
        const { pending, session, form } = visit
        const { applicationId, apiId } = pending.app
        const whose = { personId: session.personId, applicationId }
        const language = languageOf(request)
        const scopes = await openScopesOf(db, pending, session)
        const offered = await describeScopes(db, apiId, scopes)
        const textVersion = consentTextVersion(pending, offered, LOCALES[language])
        // Other scopes, or other words for them, since the page was made: nobody has seen those yet.
        if (form.get(WORDS) !== textVersion) return visits.resume(reply, pending)
        await db.transaction().execute(async (trx) => {
          const given = await giveConsent(trx, {
            ...whose,
            apiId,
            requestId: pending.id,
            sessionId: session.id,
            scopes,
            claims: claimsBeside(pending.request),
            meanings: meaningsOf(scopes),
            textVersion,
            language,
          })
          if (given) await record(trx, { type: 'consent', outcome: 'given', ...whose }, ofRequest(request))
        })
        return visits.resume(reply, pending)
      },
    },
  }
}
