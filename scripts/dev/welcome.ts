// What npm start says when everything is up: where it is, who may log in, what to do next.
import { relative } from 'node:path'
import { DEMO } from '../seed.ts'
import type { StackEnvironment } from '../stack/environment.ts'
import type { GatewayKind, Stack } from '../stack/stack-options.ts'

/** What the welcome depends on. */
export interface WelcomeFacts {
  readonly stack: Stack
  readonly environment: StackEnvironment
  readonly gateway: GatewayKind
  readonly seconds: number
}

/** The whole text. */
export function welcome({ stack, environment, gateway, seconds }: WelcomeFacts): string {
  const { urls } = stack
  const near = relative(process.cwd(), stack.dataDir)
  const dataDir = near.startsWith('..') ? stack.dataDir : near || '.'
  const database = environment.databaseUrl === undefined ? `embedded PostgreSQL, kept in ${dataDir}/` : 'DATABASE_URL'
  const kind = gateway === 'kong' ? 'Kong' : 'embedded gateway, for machines without Kong'
  const start = environment.prefix
  return `
Everything is up (${seconds.toFixed(1)} s).

  Auth server   ${urls.issuer}    ${urls.issuer}/.well-known/openid-configuration
  Gateway       ${urls.gateway}    ${kind}
  Demo API      ${urls.api}    what the gateway protects as ${urls.resource}
  Database      ${database}

  Demo app      client_id ${DEMO.clientId}, redirect URI ${DEMO.redirectUri} or ${DEMO.loopbackRedirectUri} (any port)
  Demo login    ${DEMO.email} / ${DEMO.password}
  Account       ${urls.issuer}/account    where people see and end what apps may do

Next, in a second terminal:

  ${start}npm run demo
      plays the mobile app: login, tokens, calls up to the limit, refresh
  ${start}npm run demo -- --browser
      the same, and you log in with your browser
  ${start}npm run demo -- --sign-up
      a new person signs up in the middle of it, with the mail
  ${start}npm run setup
      makes you the administrator, by a link
  curl -i ${urls.resource}/echo
      no token, no entry: 401

Edits of kong.yml take effect when you save them.
Ctrl-C stops everything; the data stays.
`
}
