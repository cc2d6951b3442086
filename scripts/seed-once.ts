// Seeds the demo into the database that the environment names, and ends.
import { requireVariables, runCommand } from '@mobile-api-gateway/sdk/command-line.ts'
import { seedDemo } from './seed.ts'

const USAGE = `Usage: node scripts/seed-once.ts

Puts the demo's app, API and login, and the gateway as a client, into the database. Running it again changes nothing.
Needs DATABASE_URL, PASSWORD_PEPPER, RESOURCE and GATEWAY_CLIENT_SECRET.
`

await runCommand({ usage: USAGE, options: {} }, async () => {
  const variable = requireVariables('DATABASE_URL', 'PASSWORD_PEPPER', 'RESOURCE', 'GATEWAY_CLIENT_SECRET')
  await seedDemo({
    databaseUrl: variable('DATABASE_URL'),
    issuer: process.env.ISSUER || 'http://localhost:4000',
    passwordPepper: variable('PASSWORD_PEPPER'),
    resource: variable('RESOURCE'),
    gatewayClientSecret: variable('GATEWAY_CLIENT_SECRET'),
  })
  console.log('The demo is there.')
  return 0
})
