// Somebody who signs up or has forgotten their password: a browser in a visit, and the mails that come of it.
import type { LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import { Browser } from './browser.ts'
import { openMailbox } from './mailbox.ts'
import { answerOf, authorizeUrl, logIn, pkcePair, redeem } from './phone.ts'
import { testServer } from './server.ts'
import { CLAIMED_URI } from './session.ts'

export const NEW_PASSWORD = 'seven green lanterns'

type AskPage = 'sign-up' | 'forgotten'

/** A server whose mail arrives at once, and the visits of its people. */
export async function mailServer(t: Test, environment: Readonly<Record<string, string>> = {}) {
  const mailbox = await openMailbox(t)
  const server = await testServer(t, { ...mailbox.environment, ...environment })

  /** A visit with its login page open. */
  const begin = async (browser = new Browser(server.app), changes: Readonly<Record<string, string>> = {}) => {
    const pair = pkcePair()
    const page = await browser.open(authorizeUrl(pair.challenge, { redirect_uri: CLAIMED_URI, ...changes }))
    const id = /interaction\/([\w-]{22})\//.exec(page.body)?.[1] ?? ''
    const at = (name: string) => `/interaction/${id}/${name}`
    /** Asks for a mail; the page that says to look for it. */
    const ask = async (what: AskPage, email: string) =>
      browser.submit(await browser.request('GET', at(what)), `/${what}`, { email })
    /** Redeems the code that the app has been sent. */
    const tokensOf = async (answer: LightMyRequestResponse) =>
      (await redeem(server.app, answerOf(answer).code ?? '', pair.verifier, { redirect_uri: CLAIMED_URI })).json()
    return { ...pair, browser, page, id, at, ask, tokensOf }
  }

  /** Asks for a mail in a visit of its own and returns it, with the visit. */
  const asked = async (what: AskPage, email: string) => {
    const visit = await begin()
    const check = await visit.ask(what, email)
    // Beside it there may be notes about what has happened to the account.
    const mail = (await mailbox.deliver(server)).find(({ link }) => !link.includes('/undo/'))
    if (!mail) throw new Error(`no mail came: ${check.statusCode}`)
    return { ...visit, check, mail, link: mail.link.replace(server.config.issuer, '') }
  }

  /** Whether a password signs somebody in. */
  const signsIn = async (email: string, password: string) => {
    const { browser, page } = await begin()
    return (await logIn(browser, page, { email, password })).statusCode === 303
  }
  return { ...server, mailbox, begin, asked, signsIn }
}

export type MailServer = Awaited<ReturnType<typeof mailServer>>
