// npm run token: an access token for curl, by a login at the stack of this machine. It is no way around the login: it plays one, with the password.
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { explain } from './demo/explain.ts'
import { DEMO } from './demo/known.ts'
import { discover, logIn } from './demo/login.ts'
import { findPlayedApp } from './demo/played-app.ts'
import { createNarrator } from './demo/terminal.ts'
import { readStackEnvironment } from './stack/environment.ts'
import { requireRunningStack } from './stack/running-stack.ts'

const USAGE = `Usage: npm run -s token -- [--user ${DEMO.email}] [--client-id ${DEMO.clientId}] [--api ID] [--scope "NAME NAME"]

Prints an access token for curl: signs in at the stack that npm start began on this machine, as the demo does. Good for
ten minutes.

  curl -H "Authorization: Bearer $(npm run -s token)" http://localhost:8000/mobile/echo

  --user       who signs in: ${DEMO.email} unless told. For others PASSWORD holds the password
  --client-id  the app, ${DEMO.clientId} unless told
  --api        the API, where the app is subscribed to several
  --scope      less than all that the app may ask for
  --help       this text

It works on the stack of npm start alone: in production people get tokens by signing in to an app, and in no other way.
`

const OPTIONS = {
  user: { type: 'string', default: DEMO.email },
  'client-id': { type: 'string', default: DEMO.clientId },
  api: { type: 'string' },
  scope: { type: 'string' },
} as const

await runCommand({ usage: USAGE, options: OPTIONS }, async ({ values }) => {
  const email = values.user
  const password = process.env.PASSWORD || (email === DEMO.email ? DEMO.password : '')
  if (password === '') throw new UsageError(`Set PASSWORD, the password of ${email}.`)
  const { dataDir } = readStackEnvironment(process.env)
  const { issuer, databaseUrl } = await requireRunningStack(dataDir)
  const choice = { clientId: values['client-id'], apiId: values.api, scopes: values.scope?.split(' ').filter(Boolean) }
  const app = await findPlayedApp(databaseUrl, choice)
  const silent = createNarrator(() => {})
  const parties = await discover(issuer, app.clientId)
  const who = { inBrowser: false, person: { email, password } }
  const { accessToken } = await logIn(parties, app, silent, who).catch((error: unknown) => {
    throw explain(error)
  })
  console.log(accessToken)
  return 0
})
