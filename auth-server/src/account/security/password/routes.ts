// Choosing a new password: whoever has just signed in knows the old one, or has proven more.
import { ofRequest } from '../../../audit/context.ts'
import type { Deps } from '../../../deps.ts'
import { sealIfFit } from '../../../identity/choose-password.ts'
import { setPassword } from '../../../identity/password.ts'
import { sendPage } from '../../../pages/send-page.ts'
import { listAddresses } from '../../../store/tables/email-addresses.ts'
import { findProfile } from '../../../store/tables/people.ts'
import { hrefOf, PATHS } from '../../paths.ts'
import type { AccountRoutes, SignedIn } from '../../route.ts'
import { passwordPage } from './view.ts'

export function passwordRoutes({ db, config }: Deps): AccountRoutes {
  /** What somebody would try who knows the person. */
  const wordsAbout = async ({ session }: SignedIn) => {
    const [addresses, { name }] = await Promise.all([
      listAddresses(db, session.personId),
      findProfile(db, session.personId),
    ])
    return [...addresses.map(({ address }) => address), name ?? '']
  }

  return {
    [PATHS.password]: {
      needs: 'factors',
      GET: (_request, reply, me) => sendPage(reply, passwordPage(me)),
      async POST(request, reply, me) {
        const password = me.form.get('password') ?? ''
        const fit = await sealIfFit(config, password, await wordsAbout(me))
        if (fit.kind === 'refused') return sendPage(reply.code(422), passwordPage(me, fit.problem))
        const { personId, id: keptSessionId } = me.session
        await setPassword(me.db, { personId, sealed: fit.sealed, keptSessionId }, ofRequest(request))
        return me.backTo(reply, hrefOf(PATHS.security, {}), 'passwordChanged')
      },
    },
  }
}
