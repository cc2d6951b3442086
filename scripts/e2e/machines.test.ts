// A machine calls for itself: client_credentials at the auth server, no user at the backend, a limit of its own.

import { registerApplication } from '@mobile-api-gateway/auth-server/catalogue/applications.ts'
import { subscribe } from '@mobile-api-gateway/auth-server/catalogue/subscriptions.ts'
import { OPERATOR } from '@mobile-api-gateway/auth-server/identity/administration/authority.ts'
import { openDatabase } from '@mobile-api-gateway/auth-server/store/database.ts'
import * as oauth from 'oauth4webapi'
import t from 'tap'
import { DEMO } from '../demo/known.ts'
import { discover } from '../demo/login.ts'
import type { Stack } from '../stack/stack-options.ts'
import { call, logIn } from './support/app.ts'
import { onEachGateway, testStack } from './support/gateways.ts'

const SECRET = 'a secret of more than thirty-two characters'

async function addMachine(stack: Stack, clientId: string): Promise<void> {
  const db = openDatabase(stack.databaseUrl, () => {}, { connections: 1 })
  try {
    const applicationId = await registerApplication(
      db,
      {
        clientId,
        name: clientId,
        kind: 'web',
        redirectUris: [],
        authMethod: 'client_secret_basic',
        clientSecret: SECRET,
        grantTypes: ['client_credentials'],
      },
      stack.urls.issuer,
      OPERATOR,
    )
    await subscribe(
      db,
      { applicationId, apiId: DEMO.apiId, plan: DEMO.plan, scopes: ['orders:read'], trusted: true },
      OPERATOR,
    )
  } finally {
    await db.destroy()
  }
}

async function machineToken(stack: Stack, clientId: string): Promise<string> {
  const { server, options } = await discover(stack.urls.issuer)
  const client: oauth.Client = { client_id: clientId }
  const response = await oauth.clientCredentialsGrantRequest(
    server,
    client,
    oauth.ClientSecretBasic(SECRET),
    {},
    options,
  )
  return (await oauth.processClientCredentialsResponse(server, client, response)).access_token
}

onEachGateway(t, 'a machine is known as its application, never as a user', async (t, kind) => {
  const stack = await testStack(t, kind, {
    editKongYml: (source) => source.replace('basic: { minute: 60 }', 'basic: { day: 5 }'),
  })
  await addMachine(stack, 'nightly')
  await addMachine(stack, 'hourly')
  const [nightly, hourly, person] = [
    await machineToken(stack, 'nightly'),
    await machineToken(stack, 'hourly'),
    await logIn(stack),
  ]

  const answer = await call(stack, nightly, { headers: { 'X-Authenticated-UserId': 'admin' } })
  t.match(answer, {
    status: 200,
    body: { headers: { 'x-consumer-username': 'nightly', 'x-authenticated-scope': 'orders:read' } },
  })
  t.notOk('x-authenticated-userid' in (answer.body.headers as object), 'no user header, not even a forged one')

  const rest = await Promise.all(Array.from({ length: 10 }, () => call(stack, nightly)))
  t.equal(rest.filter(({ status }) => status === 200).length, 4, 'one count for the machine')
  t.equal((await call(stack, hourly)).status, 200, 'another machine has its own')
  t.equal((await call(stack, person.access_token)).status, 200, 'and so has a person')
})
