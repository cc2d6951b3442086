// A sign-in with a browser that the account does not know: its owner is written about it, and can take it back.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import { isKnownBrowser, rememberBrowser } from '../identity/sign-in-guesses.ts'
import type { Trx } from '../store/database.ts'
import { noteChange } from '../store/queries/account-changes.ts'
import { findEarlierSignIns } from '../store/queries/earlier-sign-ins.ts'

/** Who signs in, and how far that was to be expected. */
export interface BrowserSignIn {
  readonly personId: string
  /** The address that was typed, in its canonical form, if the browser is remembered by it already. */
  readonly account?: string | undefined
  /** The person has just proven their address in this browser, and what they did then is mailed by itself. */
  readonly isExpected?: boolean | undefined
  /** The app that they sign in to. */
  readonly app: string | undefined
}

/**
 * Remembers the browser. Returns what belongs into the transaction of the sign-in: a mail, where the browser is new to the
 * account. None about the first sign-in of all, which there is nothing to compare with; a few a day at most; and none that
 * could not be sent.
 */
export async function noteBrowser(
  { db, config, cookies, limits, mailer }: Pick<Deps, 'db' | 'config' | 'cookies' | 'limits' | 'mailer'>,
  request: FastifyRequest,
  reply: FastifyReply,
  { personId, account, isExpected = false, app }: BrowserSignIn,
): Promise<(trx: Trx) => Promise<void>> {
  const { cookieSecret } = config
  const tokens = cookies.known(request)
  const { accounts, hasAny } = await findEarlierSignIns(db, personId)
  const isKnown = accounts.some((one) => isKnownBrowser(cookieSecret, one, tokens))
  const [main] = accounts
  if (account === undefined && main !== undefined) cookies.setKnown(reply, rememberBrowser(cookieSecret, main, tokens))
  if (isKnown || isExpected || !hasAny || mailer === undefined) return async () => {}
  const { waitSeconds } = await limits.admit({ newBrowserMails: { about: personId } })
  if (waitSeconds > 0) return async () => {}
  return (trx) => noteChange(trx, { personId, kind: 'new-browser', ...(app !== undefined && { app }) })
}
