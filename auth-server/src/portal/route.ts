// A page or form of the portal: what it needs of whoever comes, and what it does for them. None is made without saying so.
import type { OperationId } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import type { FormBinding } from '../http/csrf.ts'
import type { Parameters } from '../http/parameters.ts'
import type { HttpProblem } from '../http/problem.ts'
import type { ManagementRole } from '../management/actor.ts'
import type { AnswerTo, AskedOf } from '../management/ask.ts'
import type { Html } from '../pages/html.ts'
import type { Texts } from '../pages/locales/en.ts'
import type { PortalFrame } from '../pages/portal-frame.ts'
import type { PortalSession } from '../store/queries/portal-session.ts'
import type { PortalPath } from './paths.ts'

/** The role in which somebody acts on a page. `anybody` is signed in: a developer asks as one there, nobody else can ask. */
export type PortalNeed = ManagementRole | 'anybody'

/** What can be told at the top of the page that a form leads back to. */
export type PortalNews = keyof Texts['portal']['news']

/** Whoever is let in, with what the pages are made of. */
export interface PortalPerson {
  readonly session: PortalSession
  /** By the clock of the database. */
  readonly now: Date
  /** The posted form, which is our own; empty on GET. */
  readonly form: Parameters
  /** Makes forms that are posted below /portal. */
  readonly binding: FormBinding
  readonly frame: PortalFrame
  /** Asks the management API in the role of the route. @throws {HttpProblem}, which becomes a page, if nobody catches it */
  ask<Id extends OperationId>(id: Id, asked?: AskedOf<Id>): Promise<AnswerTo<Id>>
  /** The same for what a form says: a problem that its page can tell above the form (400, 403, 409, 412) comes back as one. */
  attempt<Id extends OperationId>(id: Id, asked?: AskedOf<Id>): Promise<AnswerTo<Id> | HttpProblem>
  /** What the form before this page did. */
  news(texts: Texts): Html | undefined
  /** Back to a page of the portal, after a form. @param href of that page */
  backTo(reply: FastifyReply, href: string, news?: PortalNews): FastifyReply
}

export type PortalHandler = (
  request: FastifyRequest,
  reply: FastifyReply,
  me: PortalPerson,
) => FastifyReply | Promise<FastifyReply>

interface PortalRouteNeeds {
  readonly needs: PortalNeed
  /** A recent sign-in, too: for what a browser left open must not do. */
  readonly recent?: true
  /** Its form is taken however many there were: it only ends something. */
  readonly isUncounted?: true
  /**
   * A form of it that is from before the last sign-in is shown again, with what was typed: its handler runs, and whatever it
   * asks for that changes something is refused. It does all that it does by `ask` and `attempt`.
   */
  readonly keepsTyped?: true
  /** Its form brings a file. */
  readonly takesFile?: true
}
interface PortalPageRoute extends PortalRouteNeeds {
  /** Shows; it changes nothing. */
  readonly GET: PortalHandler
  /** Does what its form says. */
  readonly POST?: PortalHandler
}
interface PortalFormRoute extends PortalRouteNeeds {
  /** The page that the form is on, with what stands in the form's own address: whoever has to sign in first is led there. */
  readonly on: PortalPath
  readonly POST: PortalHandler
}
export type PortalRoute = PortalPageRoute | PortalFormRoute

/** The routes of one part of the portal, by their paths below /portal. */
export type PortalRoutes = Readonly<Partial<Record<PortalPath, PortalRoute>>>
export type MakePortalRoutes = (deps: Deps) => PortalRoutes
