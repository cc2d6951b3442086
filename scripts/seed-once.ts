// Seeds the demo into the database that the environment names, and ends: DATABASE_URL, PASSWORD_PEPPER, RESOURCE, GATEWAY_CLIENT_SECRET.
import { seedDemo } from './seed.ts'

const { DATABASE_URL = '', PASSWORD_PEPPER = '', RESOURCE = '', GATEWAY_CLIENT_SECRET = '' } = process.env
const given = { DATABASE_URL, PASSWORD_PEPPER, RESOURCE, GATEWAY_CLIENT_SECRET }
const missing = Object.entries(given).flatMap(([name, value]) => (value === '' ? [name] : []))

if (missing.length > 0) {
  console.error(`Set ${missing.join(', ')}.`)
  process.exitCode = 2
} else {
  await seedDemo({
    databaseUrl: DATABASE_URL,
    passwordPepper: PASSWORD_PEPPER,
    resource: RESOURCE,
    gatewayClientSecret: GATEWAY_CLIENT_SECRET,
  })
  console.log('The demo is there.')
}
