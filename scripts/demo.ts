// npm run demo: plays the mobile app against the running stack, step by step; starts a stack when none runs.
import { randomUUID } from 'node:crypto'
import { runCommand, sentenceOf, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { callOnce, callUntilLimited } from './demo/calls.ts'
import { playDevice } from './demo/device-story.ts'
import { explain } from './demo/explain.ts'
import { DEMO } from './demo/known.ts'
import { discover, logIn, refresh } from './demo/login.ts'
import { readMailedCode } from './demo/mailbox.ts'
import { demoApp, findPlayedApp, type PlayedApp } from './demo/played-app.ts'
import { playProvider, setProviderStage } from './demo/provider-story.ts'
import { createNarrator, type Narrator } from './demo/terminal.ts'
import type { DemoCredentials } from './demo/user-agent.ts'
import { chooseGateway } from './stack/choose-gateway.ts'
import { readLeftUrls } from './stack/command-settings.ts'
import { readStackEnvironment, type StackEnvironment } from './stack/environment.ts'
import { answersHttp } from './stack/readiness.ts'
import { requireRunningStack } from './stack/running-stack.ts'
import { startStack } from './stack/stack.ts'
import { stopOnceStarted } from './stack/stop-once-started.ts'
import { type StackUrls, stackUrls } from './stack/urls.ts'

const USAGE = `Usage: npm run demo -- [--browser | --sign-up | --device | --provider] [--client-id ID] [--gateway kong|embedded]

Plays the mobile app: login with PKCE, API calls through the gateway up to the limit, refresh.
With --device the app knows its user by the phone's key alone, until that user makes an account.

  --browser                 log in yourself, in your browser
  --sign-up                 somebody new makes an account on the way, with the code of a mail
  --device                  no login: the device is the identity; then it becomes an account that keeps its sub
  --provider                somebody signs in by an account elsewhere; with a stack and a provider of its own
  --client-id ID            an app of your own instead of demo-app, which calls the demo API
  --gateway kong|embedded   which gateway to start when no stack is running
  --help                    this text
`

const OPTIONS = {
  browser: { type: 'boolean', default: false },
  'sign-up': { type: 'boolean', default: false },
  device: { type: 'boolean', default: false },
  provider: { type: 'boolean', default: false },
  'client-id': { type: 'string' },
  gateway: { type: 'string' },
} as const

const THE_END = '\nThat was the whole flow.'

await runCommand({ usage: USAGE, options: OPTIONS }, ({ values }) => main(values))

interface DemoFlags {
  readonly browser: boolean
  readonly 'sign-up': boolean
  readonly device: boolean
  readonly provider: boolean
  readonly 'client-id'?: string | undefined
  readonly gateway?: string | undefined
}

async function main(flags: DemoFlags): Promise<number> {
  if ([flags.browser, flags['sign-up'], flags.device, flags.provider].filter(Boolean).length > 1)
    throw new UsageError('Say one of --browser, --sign-up, --device and --provider.')
  const isOfDemoApp = flags.device ? '--device' : flags.provider && '--provider'
  if (isOfDemoApp && flags['client-id'] !== undefined)
    throw new UsageError(`${isOfDemoApp} is played with demo-app alone.`)
  const started: (() => Promise<void>)[] = []
  const interruption = new AbortController()
  const { signal: interrupted } = interruption
  const stop = async (): Promise<void> => {
    interruption.abort()
    await stopAll(started)
    process.exit(0)
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => interrupted.aborted || void stop())
  try {
    const tell = createNarrator((line) => console.log(line))
    if (flags.provider) {
      await playWithProvider({ gateway: flags.gateway, signal: interrupted }, started, tell)
      return 0
    }
    const environment = readStackEnvironment(process.env)
    const left = readLeftUrls(environment.dataDir)
    // What a stack has left that was killed is there still.
    const running = left && (await isRunning(left)) ? left : undefined
    const urls = running ?? stackUrls(environment.ports)
    if (running || (await isRunning(urls))) console.log(`Using the stack at ${urls.issuer} and ${urls.gateway}.`)
    else await startOwn(environment, { gateway: flags.gateway, signal: interrupted }, started)
    const demo = { email: DEMO.email, password: running?.demoPassword ?? DEMO.password }
    const person = flags['sign-up'] ? newcomer(environment.dataDir) : demo
    const app = await chooseApp(flags['client-id'], urls, environment)
    if (flags.device) await playDevice(urls, newcomer(environment.dataDir), tell)
    else await playLogin(urls, app, { inBrowser: flags.browser, tell, person })
    console.log(THE_END)
    return 0
  } catch (error) {
    if (!interrupted.aborted) console.error(`\n${sentenceOf(explain(error))}\n`)
    return 1
  } finally {
    if (!interrupted.aborted) await stopAll(started)
  }
}

async function stopAll(started: (() => Promise<void>)[]): Promise<void> {
  for (const stop of started.splice(0).reverse()) await stop()
}

/** How the demo starts a stack; `signal` ends the start. */
interface OwnStack {
  readonly gateway: string | undefined
  readonly signal: AbortSignal
}

async function playWithProvider(
  { gateway, signal }: OwnStack,
  started: (() => Promise<void>)[],
  tell: Narrator,
): Promise<void> {
  console.log('The demo starts a provider, and a stack that knows it; both end with it.')
  const stage = await setProviderStage({ gateway: chooseGateway(gateway), onProgress, signal }, (undo) =>
    started.push(undo),
  )
  await playProvider(stage, tell)
  console.log(THE_END)
}

/** Both ends answer: the auth server is ready, and the gateway is there. */
async function isRunning({ issuer, gateway }: Pick<StackUrls, 'issuer' | 'gateway'>): Promise<boolean> {
  const answers = [answersHttp(`${issuer}/health/ready`, { onlyOk: true }), answersHttp(`${gateway}/`)]
  return (await Promise.all(answers)).every(Boolean)
}

async function startOwn(
  { ports, dataDir, databaseUrl }: StackEnvironment,
  { gateway, signal }: OwnStack,
  started: (() => Promise<void>)[],
): Promise<void> {
  console.log('No stack is running, so the demo starts one and stops it at the end.')
  const starting = startStack({ gateway: chooseGateway(gateway), ports, dataDir, databaseUrl, onProgress, signal })
  // A start that is interrupted stops what it has started, which takes its time.
  started.push(() => stopOnceStarted(starting))
  await starting
}

function onProgress(line: string): void {
  console.log(`  ${line}`)
}

/** Somebody who has no account yet, and reads mail. */
function newcomer(dataDir: string): DemoCredentials {
  const email = `newcomer-${randomUUID().slice(0, 8)}@example.com`
  return { email, password: randomUUID(), mailedCode: () => readMailedCode(dataDir, email) }
}

async function chooseApp(
  clientId: string | undefined,
  urls: Pick<StackUrls, 'resource'>,
  { dataDir }: StackEnvironment,
): Promise<PlayedApp> {
  if (clientId === undefined) return demoApp(urls)
  const { databaseUrl } = await requireRunningStack(dataDir)
  return findPlayedApp(databaseUrl, { clientId, apiId: DEMO.apiId })
}

async function playLogin(
  urls: Pick<StackUrls, 'issuer' | 'resource'>,
  app: PlayedApp,
  { tell, ...who }: Readonly<{ inBrowser: boolean; person: DemoCredentials; tell: Narrator }>,
): Promise<void> {
  const api = `${urls.resource}/echo`
  const parties = await discover(urls.issuer, app.clientId)
  const session = await logIn(parties, app, tell, who)
  await callOnce(api, session.accessToken, tell)
  await callUntilLimited(api, session.accessToken, tell)
  await refresh(parties, session, tell)
}
