// npm run add-gateway: registers the gateway as a client, so that it may read what has been revoked.
import { requireVariables, runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { withDatabase } from './database-command.ts'
import { registerGateway } from './gateway-client.ts'

const USAGE = `Usage: npm run add-gateway -- [--client-id gateway]

Registers the gateway with the auth server as the client that kong.yml names under \`revocations\`, or brings its secret
up to date. Before it can read that feed the gateway lets nobody pass.

  --client-id  its client_id in kong.yml; gateway without it
  --help       this text

Needs DATABASE_URL, the one that the auth server runs with, and GATEWAY_CLIENT_SECRET: 32 random bytes in base64url.
`

const OPTIONS = { 'client-id': { type: 'string', default: 'gateway' } } as const

await runCommand({ usage: USAGE, options: OPTIONS }, async ({ values }) => {
  const variable = requireVariables('DATABASE_URL', 'GATEWAY_CLIENT_SECRET')
  const secret = variable('GATEWAY_CLIENT_SECRET')
  if (Buffer.from(secret, 'base64url').length < 32)
    throw new UsageError('GATEWAY_CLIENT_SECRET has to hold 32 random bytes in base64url.')
  const clientId = values['client-id']
  await withDatabase(variable('DATABASE_URL'), (db) =>
    db.transaction().execute((trx) => registerGateway(trx, clientId, secret)),
  )
  console.log(`The gateway is registered as ${clientId}.`)
  return 0
})
