// npm run setup: the first start. Prints the link by which somebody becomes the administrator, and registers the gateway.
import { runCommand } from '@mobile-api-gateway/sdk/command-line.ts'
import { makeSetupLink, SETUP_MINUTES, SETUP_PATH } from '../identity/administrators.ts'
import type { Trx } from '../store/database.ts'
import { listGatewayClients } from '../store/tables/subscriptions.ts'
import { readIssuer, requireSettings } from './command-settings.ts'
import { withDatabase } from './database-command.ts'
import { GATEWAY_CLIENT_ID, registerGateway, requireGatewaySecret } from './gateway-client.ts'

const USAGE = `Usage: npm run setup

Prints a link that makes whoever opens it, and signs in or signs up there, the administrator. It works once, for
${SETUP_MINUTES} minutes, and only while there is no administrator; a new one takes its place. Registers the gateway as well, as
\`npm run add-gateway\` does, where GATEWAY_CLIENT_SECRET is set.

  --help  this text

Needs DATABASE_URL and ISSUER, those that the auth server runs with; beside a running npm start they are known. In
containers:
  docker compose exec auth-server node auth-server/src/commands/setup.ts
`

await runCommand({ usage: USAGE, options: {} }, async () => {
  const setting = requireSettings('DATABASE_URL', 'ISSUER')
  const issuer = readIssuer(setting)
  const given = setting('GATEWAY_CLIENT_SECRET')
  const secret = given === '' ? undefined : requireGatewaySecret(given)
  const { token, gateway } = await withDatabase(setting('DATABASE_URL'), (db) =>
    db.transaction().execute(async (trx) => {
      const token = await makeSetupLink(trx)
      if (token === undefined)
        throw new Error('There is an administrator already; npm run role makes more. Nothing has changed.')
      return { token, gateway: await gatewayNews(trx, issuer, secret) }
    }),
  )
  console.log(`Open this link and sign in or sign up there. Whoever does so first becomes the administrator:

  ${issuer}${SETUP_PATH}/${token}

It works once, for ${SETUP_MINUTES} minutes. Signing up takes a mail: beside npm start
it is in its terminal, elsewhere the auth server needs MAIL_URL for it.
${gateway}`)
  return 0
})

async function gatewayNews(trx: Trx, issuer: string, secret: string | undefined): Promise<string> {
  if (secret !== undefined) {
    await registerGateway(trx, issuer, { clientId: GATEWAY_CLIENT_ID, clientSecret: secret })
    return `The gateway is registered as ${GATEWAY_CLIENT_ID}.`
  }
  const known = await listGatewayClients(trx)
  return known.length > 0
    ? `The gateway is registered as ${known.join(', ')}.`
    : 'No gateway is registered, and until then it lets nobody pass: set GATEWAY_CLIENT_SECRET and run npm run add-gateway.'
}
