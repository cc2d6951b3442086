// npm run demo -- --device: from the first start of an app, without any form, to an account under the same `sub`.
import { hostname } from 'node:os'
import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import type { StackUrls } from '../stack/urls.ts'
import { waitUntil } from '../stack/wait.ts'
import { tellAnswer } from './calls.ts'
import { createDevice, type GuestDevice, guestTokens, registerDevice } from './guest.ts'
import { DEMO } from './known.ts'
import { throughUserAgent } from './played-person.ts'
import { type Narrator, shorten } from './terminal.ts'
import { beginUpgrade } from './upgrade.ts'
import type { DemoCredentials } from './user-agent.ts'

const PROMISED_MILLIS = 2000
/** Claims of the access token that differ between a guest and an account. */
const TOLD_CLAIMS = ['sub', 'subject_kind', 'merged_from', 'acr', 'scope', 'plan', 'cnf']

/** @param person who makes an account of the guest */
export async function playDevice(
  urls: Pick<StackUrls, 'issuer' | 'resource'>,
  person: DemoCredentials,
  tell: Narrator,
): Promise<void> {
  const api = `${urls.resource}/echo`
  const { device, subject } = await firstStart(urls.issuer, tell)

  tell.step(
    'The app asks for a token',
    'It signs an assertion (RFC 7523) and a DPoP proof (RFC 9449): without the key the token is worth nothing.',
  )
  tell.say(`POST ${urls.issuer}/token`)
  const { access_token: guestToken } = await guestTokens(device)
  tellToken(guestToken, tell)

  tell.step('The app calls the API', 'The backend knows this person again at every call, and that it is a guest.')
  await tellAnswer(api, await callBound(api, guestToken, device), tell)

  const accountToken = await becomeAccount(urls, device, person, tell)
  tell.facts({ 'the same sub': decodeJwt(accountToken).sub === subject ? 'yes' : 'NO' })

  tell.step('The app calls the API again', 'The same user for the backend, now with an account.')
  await tellAnswer(api, await callBound(api, accountToken, device), tell)
  await showEnd(api, guestToken, device, tell)
  await joinAccount(urls, person, subject, tell)
}

/** Another phone: its guest has an account already, signs in to it, and is merged. */
async function joinAccount(
  urls: Pick<StackUrls, 'issuer' | 'resource'>,
  { email, password }: DemoCredentials,
  account: string,
  tell: Narrator,
): Promise<void> {
  tell.step('The same person on another phone', 'There the app knows nobody yet: a new key, a new guest.')
  const device = await createDevice(urls.issuer, DEMO.clientId)
  tell.facts({ sub: await registerDevice(device, 'Another demo phone') })
  const accountToken = await becomeAccount(urls, device, { email, password }, tell)
  tell.say("The account's sub wins, and the guest's ends for good; backends are told of both ids.")
  tell.facts({ "the account's sub": decodeJwt(accountToken).sub === account ? 'yes' : 'NO' })
}

async function firstStart(issuer: string, tell: Narrator): Promise<Readonly<{ device: GuestDevice; subject: string }>> {
  tell.step(
    'The app makes a key pair',
    'On a phone in its key store; the private half never leaves it. That is all it takes.',
  )
  const device = await createDevice(issuer, DEMO.clientId)
  tell.facts({ algorithm: 'ES256 (P-256)', 'thumbprint (RFC 7638)': device.id })

  tell.step(
    'The app registers the key',
    'No form, no password, no mail: the key signs a challenge, and is a guest from now on.',
  )
  tell.say(`POST ${issuer}/devices/challenge`)
  tell.say(`POST ${issuer}/devices`)
  const deviceName = `Demo phone on ${hostname()}`.slice(0, 60)
  const subject = await registerDevice(device, deviceName)
  tell.facts({ device_name: deviceName, sub: subject })
  return { device, subject }
}

async function becomeAccount(
  urls: Pick<StackUrls, 'issuer' | 'resource'>,
  device: GuestDevice,
  person: DemoCredentials,
  tell: Narrator,
): Promise<string> {
  tell.step(
    'The guest wants an account',
    'The app pushes a request that the key signs (RFC 9126): no link can begin this, only the device.',
  )
  tell.say(`POST ${urls.issuer}/par`)
  const { redirectUri } = DEMO
  const upgrade = await beginUpgrade(device, { redirectUri, resource: urls.resource })
  tell.facts({ request_uri: shorten(upgrade.requestUri) })
  tell.say('The app opens the system browser:')
  tell.say(`  GET ${urls.issuer}/authorize?client_id=${DEMO.clientId}&request_uri=…`)
  const redirect = await throughUserAgent(upgrade.address, redirectUri, person, tell)

  tell.step(
    'The app redeems the code',
    'With the PKCE verifier and a proof by the same key. Now there is a refresh token, too.',
  )
  const tokens = await upgrade.redeem(redirect)
  tellToken(tokens.access_token, tell)
  tell.facts({ refresh_token: shorten(tokens.refresh_token ?? '(none)') })
  return tokens.access_token
}

async function showEnd(api: string, guestToken: string, device: GuestDevice, tell: Narrator): Promise<void> {
  tell.step(
    "The guest's token is refused",
    'The gateway hears of it within two seconds, though the token has not expired.',
  )
  let refused: Response | undefined
  const isRefused = async (): Promise<boolean> => {
    refused = await callBound(api, guestToken, device)
    return refused.status === 401
  }
  if (!(await waitUntil(isRefused, { timeoutMillis: PROMISED_MILLIS, everyMillis: 100 })))
    throw new Error(`the token of the guest still counts: ${refused?.status}`)
  tell.say(`GET ${api} → ${refused?.status}`)
  tell.facts({ 'WWW-Authenticate': refused?.headers.get('www-authenticate') ?? '(none)' })
  const answer = await guestTokens(device).catch((error: unknown) => error)
  if (!(answer instanceof oauth.ResponseBodyError)) throw new Error('the key still gives tokens of a guest')
  tell.say('Nor does the key get tokens by itself any more; the app refreshes, as after any login.')
  tell.say(`POST ${device.issuer}/token → ${answer.status}`)
  tell.facts({ error: answer.error, error_description: answer.error_description })
}

function tellToken(accessToken: string, tell: Narrator): void {
  const claims = new Map(Object.entries(decodeJwt(accessToken)))
  tell.say('The access token says:')
  const told = TOLD_CLAIMS.map((name) => [name, claims.get(name)] as const)
  tell.facts(
    Object.fromEntries(told.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)])),
  )
}

/** A call with a proof; the answer whatever it is. */
async function callBound(url: string, accessToken: string, { key }: GuestDevice): Promise<Response> {
  const options = { [oauth.allowInsecureRequests]: true, DPoP: key }
  try {
    return await oauth.protectedResourceRequest(accessToken, 'GET', new URL(url), undefined, undefined, options)
  } catch (error) {
    if (error instanceof oauth.WWWAuthenticateChallengeError) return error.response
    throw error
  }
}
