// Takes catalogue.yml with its accounts of `development` into the database that the environment names, and ends.
import { requireVariables, runCommand } from '@mobile-api-gateway/sdk/command-line.ts'
import { takeCatalogueFile } from './stack/demo-catalogue.ts'

const USAGE = `Usage: node scripts/demo-once.ts

Imports the catalogue file, makes its accounts of \`development\` with the demo's password, and registers the gateway.
Running it again changes nothing. For a machine of your own: it refuses an ISSUER that others could reach.
Needs DATABASE_URL, ISSUER, CATALOGUE_FILE, PASSWORD_PEPPER and GATEWAY_CLIENT_SECRET.
`

await runCommand({ usage: USAGE, options: {} }, async () => {
  const variable = requireVariables(
    ...['DATABASE_URL', 'ISSUER', 'CATALOGUE_FILE', 'PASSWORD_PEPPER', 'GATEWAY_CLIENT_SECRET'],
  )
  await takeCatalogueFile({
    file: variable('CATALOGUE_FILE'),
    databaseUrl: variable('DATABASE_URL'),
    issuer: variable('ISSUER'),
    passwordPepper: variable('PASSWORD_PEPPER'),
    gatewayClientSecret: variable('GATEWAY_CLIENT_SECRET'),
  })
  console.log('The demo is there.')
  return 0
})
