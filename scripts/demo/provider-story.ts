// npm run demo -- --provider: somebody signs in by an account that they have elsewhere, up to the backend, and is signed out from there.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as oauth from 'oauth4webapi'
import { freePorts } from '../stack/ports.ts'
import { startStack } from '../stack/stack.ts'
import type { Stack, StackOptions } from '../stack/stack-options.ts'
import { stopOnceStarted } from '../stack/stop-once-started.ts'
import { stackUrls } from '../stack/urls.ts'
import { waitUntil } from '../stack/wait.ts'
import { callOnce } from './calls.ts'
import { type DemoParties, type DemoSession, discover, logIn, refresh } from './login.ts'
import { demoApp } from './played-app.ts'
import { type DemoProvider, startProvider } from './provider.ts'
import type { Narrator } from './terminal.ts'

const PROMISED_MILLIS = 2000

/** A provider, and beside whatever runs here a stack that knows it from its start. */
export interface ProviderStage {
  readonly provider: DemoProvider
  readonly stack: Stack
}

/** @param onStop is called with how each part is ended, in the order in which they were started */
export async function setProviderStage(
  options: Pick<StackOptions, 'gateway' | 'onProgress' | 'signal'>,
  onStop: (undo: () => Promise<void>) => void,
): Promise<ProviderStage> {
  const ports = await freePorts()
  const provider = await startProvider(stackUrls(ports).issuer)
  onStop(async () => provider.stop())
  const dataDir = await mkdtemp(join(tmpdir(), 'mobile-gateway-provider-'))
  onStop(() => rm(dataDir, { recursive: true, force: true }))
  const { inCatalogue: editCatalogue } = provider
  const starting = startStack({ ...options, ports, dataDir, durable: false, editCatalogue })
  onStop(() => stopOnceStarted(starting))
  return { provider, stack: await starting }
}

export async function playProvider({ provider, stack }: ProviderStage, tell: Narrator): Promise<void> {
  const { urls } = stack
  const { issuer, label, person } = provider
  const app = demoApp(urls)
  const api = `${urls.resource}/echo`
  tell.step(
    `Somebody has an account at ${label}`,
    'A foreign provider that speaks OpenID Connect; none of it is our code.',
  )
  tell.facts({ issuer, account: `${person.email} / ${person.password}`, 'accounts here': 'none' })
  const parties = await discover(urls.issuer, app.clientId)
  const session = await logIn(parties, app, tell, { inBrowser: false, person })
  await callOnce(api, session.accessToken, tell)
  const fresh = await refresh(parties, session, tell)
  await signOutThere(provider, api, fresh, parties, tell)
}

async function signOutThere(
  provider: DemoProvider,
  api: string,
  { accessToken, refreshToken }: DemoSession,
  { server, client, authentication, options }: DemoParties,
  tell: Narrator,
): Promise<void> {
  tell.step(
    `The person is signed out at ${provider.label}`,
    'The provider tells our server (OpenID Connect Back-Channel Logout), and what was born in that sign-in ends here.',
  )
  await provider.signOut()
  let refused: Response | undefined
  const isRefused = async (): Promise<boolean> => {
    refused = await fetch(api, { headers: { authorization: `Bearer ${accessToken}` } })
    await refused.body?.cancel()
    return refused.status === 401
  }
  if (!(await waitUntil(isRefused, { timeoutMillis: PROMISED_MILLIS, everyMillis: 100 })))
    throw new Error(`the access token still counts: ${refused?.status}`)
  tell.say(`GET ${api} → ${refused?.status}`)
  tell.facts({ 'WWW-Authenticate': refused?.headers.get('www-authenticate') ?? '(none)' })
  const response = await oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, options)
  const answer = await oauth.processRefreshTokenResponse(server, client, response).catch((error: unknown) => error)
  if (!(answer instanceof oauth.ResponseBodyError)) throw new Error('the refresh token still counts')
  tell.say(`POST ${server.token_endpoint} → ${answer.status}`)
  tell.facts({ error: answer.error, error_description: answer.error_description })
}
