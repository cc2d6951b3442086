// npm run demo: plays the mobile app against the running stack, step by step; starts a stack when none runs.
import { runCommand, sentenceOf } from '@mobile-api-gateway/sdk/command-line.ts'
import { callOnce, callUntilLimited } from './demo/calls.ts'
import { discover, logIn, refresh } from './demo/login.ts'
import { createNarrator } from './demo/terminal.ts'
import { chooseGateway } from './stack/choose-gateway.ts'
import { readStackEnvironment, type StackEnvironment } from './stack/environment.ts'
import { answersHttp } from './stack/readiness.ts'
import { startStack } from './stack/stack.ts'
import type { Stack } from './stack/stack-options.ts'
import { type StackUrls, stackUrls } from './stack/urls.ts'

const USAGE = `Usage: npm run demo -- [--browser] [--gateway kong|embedded]

Plays the mobile app: login with PKCE, API calls through the gateway up to the limit, refresh.

  --browser                 log in yourself, in your browser
  --gateway kong|embedded   which gateway to start when no stack is running
  --help                    this text
`

const OPTIONS = { browser: { type: 'boolean', default: false }, gateway: { type: 'string' } } as const

await runCommand({ usage: USAGE, options: OPTIONS }, ({ values }) => main(values))

async function main(flags: { readonly browser: boolean; readonly gateway?: string | undefined }): Promise<number> {
  let stack: Stack | undefined
  let interrupted = false
  const stop = async (): Promise<void> => {
    interrupted = true
    await stack?.stop()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted || void stop())
  try {
    const environment = readStackEnvironment(process.env)
    const urls = stackUrls(environment.ports)
    if (await isRunning(urls)) console.log(`Using the stack at ${urls.issuer} and ${urls.gateway}.`)
    else stack = await startOwn(environment, flags.gateway)
    await play(urls, flags.browser)
    return 0
  } catch (error) {
    if (!interrupted) console.error(`\n${sentenceOf(error)}\n`)
    return 1
  } finally {
    if (!interrupted) await stack?.stop()
  }
}

/** Both ends answer: the auth server is ready, and the gateway is there. */
async function isRunning({ issuer, gateway }: StackUrls): Promise<boolean> {
  const answers = [answersHttp(`${issuer}/health/ready`, { onlyOk: true }), answersHttp(`${gateway}/`)]
  return (await Promise.all(answers)).every(Boolean)
}

async function startOwn(environment: StackEnvironment, gateway: string | undefined): Promise<Stack> {
  console.log('No stack is running, so the demo starts one and stops it at the end.')
  const { ports, dataDir, databaseUrl } = environment
  const onProgress = (line: string) => console.log(`  ${line}`)
  return startStack({ gateway: chooseGateway(gateway), ports, dataDir, databaseUrl, onProgress })
}

async function play(urls: StackUrls, inBrowser: boolean): Promise<void> {
  const tell = createNarrator((line) => console.log(line))
  const api = `${urls.resource}/echo`
  const parties = await discover(urls.issuer)
  const session = await logIn(parties, urls, tell, inBrowser)
  await callOnce(api, session.accessToken, tell)
  await callUntilLimited(api, session.accessToken, tell)
  await refresh(parties, session, tell)
  console.log('\nThat was the whole flow.')
}
