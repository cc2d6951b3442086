// Try it: a developer plays the sign-in of an application of theirs, and calls its API.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../../deps.ts'
import { Parameters } from '../../http/parameters.ts'
import { sendPage } from '../../pages/send-page.ts'
import { begin, call, end, ownerOf, read, type TrialProblem } from '../../trial/play.ts'
import { triedApp } from '../../trial/tried-app.ts'
import { chooseAppPage } from '../choose-app.ts'
import { type ChosenApp, chosenApp, ownApps } from '../chosen-app.ts'
import { hrefFor } from '../links.ts'
import { PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoute, PortalRoutes } from '../route.ts'
import { notPlayablePage, trialPage } from './view.ts'

export function tryRoutes(deps: Deps): PortalRoutes {
  const { issuer } = deps.config

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    me: PortalPerson,
    chosen: ChosenApp,
    told: Readonly<{ problem?: TrialProblem; path?: string }> = {},
  ): Promise<FastifyReply> {
    const app = playable(chosen)
    if (!app) return sendPage(reply, notPlayablePage(me, chosen))
    const open = await read(deps, ownerOf(deps, request, me.session.personId), app)
    return sendPage(reply, trialPage(me, { chosen, app, open, issuer, ...told }))
  }

  /** A form of the page, for an application that is the person's, and is played in their own name. */
  function form(
    act: (request: FastifyRequest, reply: FastifyReply, me: PortalPerson, chosen: ChosenApp) => Promise<FastifyReply>,
  ): PortalRoute {
    return {
      needs: 'developer',
      on: PATHS.tryIt,
      async POST(request, reply, me) {
        const chosen = await chosenApp(me, me.form)
        return chosen ? act(request, reply, me, chosen) : me.backTo(reply, PATHS.tryIt)
      },
    }
  }

  return {
    [PATHS.tryIt]: {
      needs: 'developer',
      async GET(request, reply, me) {
        const chosen = await chosenApp(me, Parameters.ofUrl(request.raw.url ?? ''))
        return chosen
          ? show(request, reply, me, chosen)
          : sendPage(reply, chooseAppPage(me, 'tryIt', await ownApps(me)))
      },
    },
    [PATHS.tryBegin]: form(async (_request, reply, me, chosen) => {
      const app = playable(chosen)
      if (app) await begin(deps, reply, app, me.session.personId)
      return me.backTo(reply, pageOf(chosen))
    }),
    [PATHS.tryCall]: form(async (request, reply, me, chosen) => {
      const path = me.form.get('path') ?? ''
      const app = playable(chosen)
      const open = app && (await read(deps, ownerOf(deps, request, me.session.personId), app))
      const problem = open ? await call(deps, open, path) : 'gone'
      if (problem === undefined) return me.backTo(reply, pageOf(chosen))
      return show(request, reply.code(400), me, chosen, { problem, path })
    }),
    [PATHS.tryEnd]: form(async (request, reply, me, chosen) => {
      await end(deps, ownerOf(deps, request, me.session.personId))
      return me.backTo(reply, pageOf(chosen))
    }),
  }
}

/** One that people sign in to, with an API that it may call. */
function playable({ app, use }: ChosenApp) {
  return use?.isApproved && app.grant_types.includes('authorization_code') ? triedApp(app, use) : undefined
}

function pageOf({ app, use }: ChosenApp): string {
  return hrefFor('tryIt', app.client_id, use && { api: use.apiId })
}
