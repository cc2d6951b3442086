// A browser that is signed in already: codes for the claimed https redirect then come without another page.
import type { FastifyInstance } from 'fastify'
import type { Browser } from './browser.ts'
import { answerOf, authorizeUrl, obtainCode, pkcePair } from './phone.ts'

/** The one redirect of the test app that proves which app is asking (RFC 8252 §8.6). */
export const CLAIMED_URI = 'https://shop.example.com/app/callback'

/** Logs in once, which costs a password hash, and hands over the browser. */
export async function signedInBrowser(app: FastifyInstance): Promise<Browser> {
  return (await obtainCode(app)).browser
}

/** A code by the session alone. */
export async function nextCode(browser: Browser, changes: Readonly<Record<string, string | undefined>> = {}) {
  const { verifier, challenge } = pkcePair()
  const response = await browser.open(authorizeUrl(challenge, { redirect_uri: CLAIMED_URI, ...changes }))
  const { code } = answerOf(response)
  if (!code) throw new Error(`no code came back: ${response.statusCode} ${response.headers.location ?? response.body}`)
  return { code, verifier, redirectUri: changes.redirect_uri ?? CLAIMED_URI }
}
