// A page or form of the account: what it needs of whoever comes, and what it does for them. None is made without saying so.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import type { FormBinding } from '../http/csrf.ts'
import type { Parameters } from '../http/parameters.ts'
import type { AccountFrame } from '../pages/account-frame.ts'
import type { Html } from '../pages/html.ts'
import type { Texts } from '../pages/locales/en.ts'
import type { Db } from '../store/database.ts'
import type { Session } from '../store/tables/sessions.ts'
import type { AccountPath } from './paths.ts'

/**
 * What a route needs: a `session`, which is a full login of somebody (both factors, where they have two); or that it is
 * `recent`, for what a browser left open must not do: show what is asked for once. `factors` is recent, too, and shows
 * a second factor of whoever has any, a passkey as well: for what changes how somebody signs in.
 */
export type AccountNeed = 'session' | 'recent' | 'factors'

/** What can be told at the top of the page that a form leads back to. */
export type AccountNews = keyof Texts['account']['news']

/** Whoever is let in, with what the pages of their account are made of. */
export interface SignedIn {
  readonly session: Session
  /**
   * For what a form changes: each transaction holds the session.
   * @throws {SessionOver} from a transaction, where the session has ended meanwhile; the guard leads to sign in then
   */
  readonly db: Db
  /** By the clock of the database. */
  readonly now: Date
  /** The posted form, which is our own; empty on GET. */
  readonly form: Parameters
  /** Makes forms that are posted below /account. */
  readonly binding: FormBinding
  readonly frame: AccountFrame
  /** What the form before this page did. */
  news(texts: Texts): Html | undefined
  /** Back to a page of the account, after a form. @param href of that page */
  backTo(reply: FastifyReply, href: string, news?: AccountNews): FastifyReply
}

export type AccountHandler = (
  request: FastifyRequest,
  reply: FastifyReply,
  me: SignedIn,
) => FastifyReply | Promise<FastifyReply>

interface AccountPageRoute {
  readonly needs: AccountNeed
  /** Shows; it changes nothing. */
  readonly GET: AccountHandler
  /** Does what its form says. */
  readonly POST?: AccountHandler
}
interface AccountFormRoute {
  readonly needs: AccountNeed
  /** The page that the form is on: whoever has to sign in first is led back there. */
  readonly on: string
  readonly POST: AccountHandler
}
export type AccountRoute = AccountPageRoute | AccountFormRoute

/** The routes of one part of the account, by their paths below /account (`/apps/:application`). */
export type AccountRoutes = Readonly<Partial<Record<AccountPath, AccountRoute>>>
export type MakeAccountRoutes = (deps: Deps) => AccountRoutes
