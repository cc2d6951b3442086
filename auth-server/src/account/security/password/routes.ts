// Choosing a new password: whoever has just signed in knows the old one, or has proven more.
import { ofRequest } from '../../../audit/context.ts'
import type { Deps } from '../../../deps.ts'
import { sealPassword, setPassword } from '../../../identity/password.ts'
import { loadCommonPasswords, passwordProblem } from '../../../identity/password-rules.ts'
import { sendPage } from '../../../pages/send-page.ts'
import { listAddresses } from '../../../store/tables/email-addresses.ts'
import { findProfile } from '../../../store/tables/people.ts'
import { hrefOf, PATHS } from '../../paths.ts'
import type { AccountRoutes, SignedIn } from '../../route.ts'
import { passwordPage } from './view.ts'

export function passwordRoutes({ db, config }: Deps): AccountRoutes {
  /** What somebody would try who knows the person, or this server. */
  const wordsAbout = async ({ session }: SignedIn) => {
    const [addresses, { name }] = await Promise.all([
      listAddresses(db, session.personId),
      findProfile(db, session.personId),
    ])
    const known = [name ?? '', config.operatorName ?? '', new URL(config.issuer).hostname]
    return [...addresses.map(({ address }) => address), ...known]
  }

  return {
    [PATHS.password]: {
      needs: 'recent',
      GET: (_request, reply, me) => sendPage(reply, passwordPage(me)),
      async POST(request, reply, me) {
        const password = me.form.get('password') ?? ''
        const rules = { words: await wordsAbout(me), isCommon: await loadCommonPasswords() }
        const problem = passwordProblem(password, rules)
        if (problem) return sendPage(reply.code(422), passwordPage(me, problem))
        const { personId, id: keptSessionId } = me.session
        const sealed = await sealPassword(config.passwordPepper, password)
        await setPassword(db, { personId, sealed, keptSessionId }, ofRequest(request))
        return me.backTo(reply, hrefOf(PATHS.security, {}), 'passwordChanged')
      },
    },
  }
}
