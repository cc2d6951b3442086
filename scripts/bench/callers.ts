// The callers of a benchmark: users with tokens of their own, and the key set by which gateways verify them.
import { createServer } from 'node:http'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose'

/** `iss` of the tokens. */
export const ISSUER = 'http://localhost:4000'
/** `aud` of the tokens. */
export const AUDIENCE = 'http://localhost:8000/mobile'

/** Tokens, and where their key is published. */
export interface Callers {
  /** One access token (RFC 9068) for each user, good for an hour. */
  readonly tokens: readonly string[]
  readonly jwksUri: string
  /** The same key for the bundled `jwt` plugin, which wants PEM. */
  readonly publicKeyPem: string
  close(): Promise<void>
}

/** Signs tokens for `users` different users and publishes the key on a free port of 127.0.0.1. */
export async function createCallers(users: number): Promise<Callers> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256', use: 'sig' }]
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  const now = Math.floor(Date.now() / 1000)
  const sign = (user: number): Promise<string> =>
    new SignJWT({
      iss: ISSUER,
      sub: `usr_${String(user).padStart(22, '0')}`,
      aud: AUDIENCE,
      client_id: 'demo-app',
      app_id: 'app_FU1yAKOHeEeDm6NxaVcfOw',
      scope: 'profile:read orders:read orders:write',
      jti: `jti_${String(user).padStart(22, '0')}`,
      iat: now,
      exp: now + 3600,
      auth_time: now,
      acr: 'pwd',
      grant_id: `fam_${String(user).padStart(22, '0')}`,
      plan: 'basic',
    })
      .setProtectedHeader({ typ: 'at+jwt', kid: 'bench', alg: 'ES256' })
      .sign(privateKey)
  return {
    tokens: await Promise.all(Array.from({ length: users }, (_, user) => sign(user))),
    jwksUri: `http://127.0.0.1:${address.port}/jwks`,
    publicKeyPem: await exportSPKI(publicKey),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
