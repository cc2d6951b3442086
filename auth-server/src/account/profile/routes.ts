// Profile: the person's name, and the language of their pages and mails.
import { ofRequest } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import type { Deps } from '../../deps.ts'
import { oneLine } from '../../http/one-line.ts'
import { pathParameter } from '../../http/request-path.ts'
import { MAX_NAME_LENGTH } from '../../identity/person-name.ts'
import { type ClaimFieldName, changedClaims, claimTexts, readClaimText } from '../../identity/standard-claims.ts'
import { isLanguage } from '../../pages/language.ts'
import { sendPage } from '../../pages/send-page.ts'
import { changeClaims, changeProfile, findProfile, type Profile } from '../../store/tables/people.ts'
import { listRegistrations } from '../../store/tables/registrations.ts'
import { hrefOf, PATHS } from '../paths.ts'
import { notFoundPage } from '../problem.ts'
import type { AccountRoutes, SignedIn } from '../route.ts'
import { DETAIL_GROUPS, isDetailGroup } from './details.ts'
import { detailsPage } from './details-view.ts'
import { languagePage, personNamePage, profilePage } from './view.ts'

export function profileRoutes({ db }: Deps): AccountRoutes {
  const profileOf = ({ session }: SignedIn) => findProfile(db, session.personId)
  const change = (me: SignedIn, request: Parameters<typeof ofRequest>[0], changes: Partial<Profile>) => {
    const { personId } = me.session
    return me.db.transaction().execute(async (trx) => {
      await changeProfile(trx, personId, changes)
      await record(trx, { type: 'profile', outcome: 'changed', personId }, ofRequest(request))
    })
  }

  return {
    [PATHS.profile]: {
      needs: 'session',
      async GET(_request, reply, me) {
        const registrations = await listRegistrations(db, me.session.personId)
        return sendPage(reply, profilePage(me, await profileOf(me), registrations))
      },
    },
    [PATHS.personName]: {
      needs: 'session',
      GET: async (_request, reply, me) => sendPage(reply, personNamePage(me, (await profileOf(me)).name ?? '')),
      async POST(request, reply, me) {
        const typed = me.form.get('name')
        const name = typed === undefined ? null : oneLine(typed, MAX_NAME_LENGTH)
        if (name === undefined) return sendPage(reply.code(422), personNamePage(me, typed ?? '', true))
        await change(me, request, { name })
        return me.backTo(reply, hrefOf(PATHS.profile, {}), 'profileChanged')
      },
    },
    [PATHS.profileDetails]: {
      needs: 'session',
      async GET(request, reply, me) {
        const group = pathParameter(request, 'group') ?? ''
        if (!isDetailGroup(group)) return notFoundPage(reply, me, 'profile')
        return sendPage(reply, detailsPage(me, group, claimTexts((await profileOf(me)).claims)))
      },
      async POST(request, reply, me) {
        const group = pathParameter(request, 'group') ?? ''
        if (!isDetailGroup(group)) return notFoundPage(reply, me, 'profile')
        const answers = new Map<ClaimFieldName, string | undefined>()
        const typed = new Map<string, string>()
        const wrong: ClaimFieldName[] = []
        for (const name of DETAIL_GROUPS[group]) {
          const text = me.form.get(name) ?? ''
          const read = text.trim() === '' ? undefined : readClaimText(name, text)
          typed.set(name, text)
          answers.set(name, read)
          if (read === undefined && text.trim() !== '') wrong.push(name)
        }
        if (wrong.length > 0) return sendPage(reply.code(422), detailsPage(me, group, typed, wrong))
        const { personId } = me.session
        await me.db.transaction().execute(async (trx) => {
          await changeClaims(trx, personId, changedClaims((await findProfile(trx, personId)).claims, answers))
          await record(trx, { type: 'profile', outcome: 'changed', personId }, ofRequest(request))
        })
        return me.backTo(reply, hrefOf(PATHS.profile, {}), 'profileChanged')
      },
    },
    [PATHS.language]: {
      needs: 'session',
      GET: async (_request, reply, me) => sendPage(reply, languagePage(me, (await profileOf(me)).language ?? '')),
      async POST(request, reply, me) {
        const chosen = me.form.get('language') ?? ''
        // There is no other answer on the page.
        await change(me, request, { language: isLanguage(chosen) ? chosen : null })
        return me.backTo(reply, hrefOf(PATHS.profile, {}), 'profileChanged')
      },
    },
  }
}
