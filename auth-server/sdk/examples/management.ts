// A program that registers an app, once however often it runs, and tells which apps there are.
import { createManagementClient, each, ManagementError } from '@mobile-api-gateway/sdk/management'

const { ISSUER = 'http://localhost:4000', CLIENT_ID = '', CLIENT_SECRET = '' } = process.env

const management = createManagementClient({
  issuer: ISSUER,
  credentials: { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET },
  scopes: ['applications:read', 'applications:write'],
})

try {
  const { client_id } = await management.applications.create(
    { name: 'My App', kind: 'native', redirect_uris: ['com.example.mine:/callback'] },
    { idempotencyKey: 'my-app' },
  )
  console.log(`My App is ${client_id}`)
  for await (const application of each(management.applications.list, { kind: 'native' }))
    console.log(`${application.client_id}  ${application.name}`)
} catch (error) {
  if (!(error instanceof ManagementError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
