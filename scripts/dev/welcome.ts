// What npm start says when everything is up: where it is, who may log in, what to do next.
import { relative } from 'node:path'
import { DEMO } from '../demo/known.ts'
import type { StackEnvironment } from '../stack/environment.ts'
import type { PublicUrls } from '../stack/public-urls.ts'
import type { GatewayKind, Stack } from '../stack/stack-options.ts'

/** What the welcome depends on. */
export interface WelcomeFacts {
  readonly stack: Stack
  readonly environment: StackEnvironment
  readonly gateway: GatewayKind
  readonly seconds: number
  /** Where phones elsewhere reach it. */
  readonly publicUrls: PublicUrls | undefined
}

/** The whole text. */
export function welcome({ stack, environment, gateway, seconds, publicUrls }: WelcomeFacts): string {
  const { urls } = stack
  const near = relative(process.cwd(), stack.dataDir)
  const dataDir = near.startsWith('..') ? stack.dataDir : near || '.'
  const database = environment.databaseUrl === undefined ? `embedded PostgreSQL, kept in ${dataDir}/` : 'DATABASE_URL'
  const kind = gateway === 'kong' ? 'Kong' : 'embedded gateway, for machines without Kong'
  const start = environment.prefix
  return `
Everything is up (${seconds.toFixed(1)} s).

  Start here    ${urls.issuer}/    ${publicUrls ? 'what people see' : 'what runs, the login, what was refused'}
  Auth server   ${urls.issuer}    ${urls.issuer}/.well-known/openid-configuration
  Gateway       ${urls.gateway}    ${kind}
  Demo API      ${urls.api}    what the gateway protects as ${urls.resource}
  Database      ${database}

  Demo app      client_id ${DEMO.clientId}, redirect URI ${DEMO.redirectUri} or ${DEMO.loopbackRedirectUri} (any port)
  Demo login    ${DEMO.email} / ${stack.demoPassword}
  Account       ${urls.issuer}/account    where people see and end what apps may do
  Portal        ${urls.issuer}/portal    where developers register apps
${publicUrls ? forwarding(environment.ports) : ''}
Next, in a second terminal:

  ${start}npm run demo
      plays the mobile app: login, tokens, calls up to the limit, refresh
  ${start}npm run demo -- --browser
      the same, and you log in with your browser
  ${start}npm run demo -- --sign-up
      a new person signs up in the middle of it, with the mail
  ${start}npm run demo -- --device
      no login: the phone's key is the user, who then makes an account
  ${start}npm run demo -- --provider
      somebody signs in by an account at another provider
  ${start}npm run app -- add --name "My App" --redirect com.example.mine:/callback --api mobile-api
      registers an app of your own
  ${start}npm run setup
      makes you the administrator, by a link
  curl -i ${urls.resource}/echo
      no token, no entry: 401

Edits of kong.yml and auth-server/catalogue.yml take effect when you save them.
Ctrl-C stops everything; the data stays.
`
}

/** What has to stand before a stack with public addresses. */
function forwarding({ auth, gateway }: StackEnvironment['ports']): string {
  return `
This stack can be reached by others: it runs as in production, with a new password of the demo for as long as it runs.
Your tunnel or proxy forwards the first address to http://127.0.0.1:${auth}, the second to http://127.0.0.1:${gateway},
and sets X-Forwarded-For. Mails need a server: MAIL_URL and MAIL_FROM.
`
}
