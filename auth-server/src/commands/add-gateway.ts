// npm run add-gateway: registers the gateway as a client, so that it may read what has been revoked.
import { runCommand } from '@mobile-api-gateway/sdk/command-line.ts'
import { readIssuer, requireSettings } from './command-settings.ts'
import { withDatabase } from './database-command.ts'
import { GATEWAY_CLIENT_ID, registerGateway, requireGatewaySecret } from './gateway-client.ts'

const USAGE = `Usage: npm run add-gateway -- [--client-id gateway] [--keep-previous]

Registers the gateway with the auth server as the client that kong.yml names under \`revocations\`, or brings its secret
up to date. Before it can read that feed the gateway lets nobody pass.

  --client-id      its client_id in kong.yml; ${GATEWAY_CLIENT_ID} without it
  --keep-previous  the secret that it had so far counts for a day more, until every gateway has the new one
  --help           this text

Needs DATABASE_URL, the one that the auth server runs with, and GATEWAY_CLIENT_SECRET: 32 random bytes in base64url.
Beside a running npm start both are known.
`

const OPTIONS = {
  'client-id': { type: 'string', default: GATEWAY_CLIENT_ID },
  'keep-previous': { type: 'boolean', default: false },
} as const

const DAY_SECONDS = 24 * 3600

await runCommand({ usage: USAGE, options: OPTIONS }, async ({ values }) => {
  const setting = requireSettings('DATABASE_URL', 'GATEWAY_CLIENT_SECRET')
  const secret = requireGatewaySecret(setting('GATEWAY_CLIENT_SECRET'))
  const issuer = readIssuer(setting)
  const clientId = values['client-id']
  const keepSeconds = values['keep-previous'] ? DAY_SECONDS : 0
  await withDatabase(setting('DATABASE_URL'), (db) =>
    db.transaction().execute((trx) => registerGateway(trx, issuer, { clientId, clientSecret: secret, keepSeconds })),
  )
  console.log(`The gateway is registered as ${clientId}.`)
  return 0
})
