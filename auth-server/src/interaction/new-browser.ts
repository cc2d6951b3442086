// A sign-in with a browser that the account does not know: its owner is written about it, and can take it back.

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import { isKnownBrowser, rememberBrowser } from '../identity/sign-in-guesses.ts'
import type { ShownName } from '../pages/mail-text.ts'
import type { Trx } from '../store/database.ts'
import { noteChange } from '../store/queries/account-changes.ts'
import { findEarlierSignIns } from '../store/queries/earlier-sign-ins.ts'

/** Who signs in, and how far that was to be expected. */
export interface BrowserSignIn {
  readonly personId: string
  /** The address that was typed, in its canonical form: the browser is known by it, or else by the main one. */
  readonly account?: string | undefined
  /** The person has just proven their address in this browser, and what they did then is mailed by itself. */
  readonly isExpected?: boolean | undefined
  /** The app that they sign in to. */
  readonly app: ShownName | undefined
}

/** What a sign-in has to do with its browser, once it holds. */
export interface NotedBrowser {
  /** What belongs into its transaction: a mail, where the browser is new to the account. */
  readonly note: (trx: Trx) => Promise<void>
  /** Tells the browser that the account knows it from now on. */
  readonly remember: () => void
}

/**
 * Looks whether the account knows the browser. None is mailed about the first sign-in of all, which there is nothing to
 * compare with; about a few a day at most; and about none that could not be sent.
 */
export async function noteBrowser(
  { db, config, cookies, limits, mailer }: Pick<Deps, 'db' | 'config' | 'cookies' | 'limits' | 'mailer'>,
  request: FastifyRequest,
  reply: FastifyReply,
  { personId, account, isExpected = false, app }: BrowserSignIn,
): Promise<NotedBrowser> {
  const { cookieSecrets } = config
  const tokens = cookies.known(request)
  const { accounts, hasAny } = await findEarlierSignIns(db, personId)
  const isKnown = accounts.some((one) => isKnownBrowser(cookieSecrets, one, tokens))
  const knownBy = account ?? accounts[0]
  const remember = () => {
    if (knownBy !== undefined) cookies.setKnown(reply, rememberBrowser(cookieSecrets, knownBy, tokens))
  }
  const isMailed = !isKnown && !isExpected && hasAny && mailer !== undefined
  if (!isMailed || (await limits.admit({ newBrowserMails: { about: personId } })).waitSeconds > 0)
    return { remember, note: async () => {} }
  const change = { personId, kind: 'new-browser', ...(app !== undefined && { app }) } as const
  return { remember, note: (trx) => noteChange(trx, change) }
}
