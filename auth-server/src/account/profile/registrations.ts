// The answers to the forms of APIs: shown, changed and withdrawn by their person.
import { ofRequest } from '../../audit/context.ts'
import type { Deps } from '../../deps.ts'
import { pathParameter } from '../../http/request-path.ts'
import { keepRegistration, withdrawRegistration } from '../../identity/keep-registration.ts'
import { startValues } from '../../interaction/registration/values.ts'
import { sendPage } from '../../pages/send-page.ts'
import { findProfile } from '../../store/tables/people.ts'
import { findAnswered } from '../../store/tables/registrations.ts'
import { hrefOf, PATHS } from '../paths.ts'
import { notFoundPage } from '../problem.ts'
import type { AccountRoutes, SignedIn } from '../route.ts'
import { changeableFields, registrationPage, withdrawRegistrationPage } from './registrations-view.ts'

export function registrationRoutes({ db }: Deps): AccountRoutes {
  const answered = ({ session: { personId } }: SignedIn, apiId: string) => findAnswered(db, { personId, apiId })
  return {
    [PATHS.registration]: {
      needs: 'session',
      async GET(request, reply, me) {
        const asked = await answered(me, pathParameter(request, 'api') ?? '')
        if (!asked) return notFoundPage(reply, me, 'profile')
        const { claims } = await findProfile(db, me.session.personId)
        const values = startValues(asked.form?.fields ?? [], asked.answers, claims)
        return sendPage(
          reply,
          registrationPage(me, asked, (name) => values.get(name)),
        )
      },
      async POST(request, reply, me) {
        const asked = await answered(me, pathParameter(request, 'api') ?? '')
        if (!asked) return notFoundPage(reply, me, 'profile')
        const typed = (name: string) => me.form.get(name)
        const who = { personId: me.session.personId, apiId: asked.apiId }
        const fields = changeableFields(asked)
        // The API has lost its form since the page was read.
        if (fields.length === 0) return me.backTo(reply, hrefOf(PATHS.profile, {}))
        const wrong = await keepRegistration(me.db, who, { fields, typed }, ofRequest(request))
        if (wrong.length > 0) return sendPage(reply.code(422), registrationPage(me, asked, typed, wrong))
        return me.backTo(reply, hrefOf(PATHS.profile, {}), 'registrationChanged')
      },
    },
    [PATHS.registrationWithdraw]: {
      needs: 'session',
      async GET(request, reply, me) {
        const asked = await answered(me, pathParameter(request, 'api') ?? '')
        return asked ? sendPage(reply, withdrawRegistrationPage(me, asked)) : notFoundPage(reply, me, 'profile')
      },
      async POST(request, reply, me) {
        const who = { personId: me.session.personId, apiId: pathParameter(request, 'api') ?? '' }
        if (!(await withdrawRegistration(me.db, who, ofRequest(request)))) return notFoundPage(reply, me, 'profile')
        return me.backTo(reply, hrefOf(PATHS.profile, {}), 'registrationWithdrawn')
      },
    },
  }
}
