// Answers that a provider's page posts: from another site, so without our cookies. They are kept, and the browser comes after them by a GET, which brings the cookies (SameSite=Lax).
import { sha256 } from '../../crypto/digest.ts'
import type { Deps } from '../../deps.ts'
import { readForeignForm } from '../../http/csrf.ts'
import type { PageHandlers } from '../../http/page-routes.ts'
import { HttpProblem } from '../../http/problem.ts'
import { federationPath } from '../../identity/federation/addresses.ts'
import type { PostedAnswer } from '../../identity/federation/provider.ts'
import { sendPage } from '../../pages/send-page.ts'
import { keepPostedTrialAnswer } from '../../store/tables/provider-trials.ts'
import { keepPostedAnswer } from '../../store/tables/upstream-logins.ts'
import { isTrialState } from '../provider-trial/begin.ts'
import { requireProvider, unknownProvider } from './required.ts'
import { providerFailedPage } from './view.ts'

const BODY_LIMIT_BYTES = 128 * 1024

/** Nothing is believed of it here, and nobody is signed in: that is for the browser that began it. */
export function postedAnswer({ db, providers }: Pick<Deps, 'db' | 'providers'>, at: PostedAnswer['to']): PageHandlers {
  return {
    bodyLimitBytes: BODY_LIMIT_BYTES,
    async POST(request, reply) {
      const { name, label, posts } = requireProvider(providers, request)
      if (posts?.to !== at) throw at === 'callback' ? useGet() : unknownProvider('this provider posts nothing here')
      const form = readForeignForm(request)
      // Without it nobody has asked: a provider that begins by itself is not heard.
      const state = form.get(posts.stateIn) ?? ''
      const keep = isTrialState(state) ? keepPostedTrialAnswer : keepPostedAnswer
      const isKept = await keep(db, { provider: name, stateHash: sha256(state), posted: form.toString() })
      if (!isKept) return sendPage(reply.code(400), providerFailedPage('ended', label))
      return reply.redirect(`${federationPath('callback', name)}?${new URLSearchParams({ state })}`, 303)
    },
  }
}

function useGet(): HttpProblem {
  return new HttpProblem('invalid_request', 'use GET', { status: 405, headers: { allow: 'GET' } })
}
