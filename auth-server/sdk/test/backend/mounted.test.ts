// A router of Express that is mounted somewhere: proofs of possession are of the address that was called, not of its end.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import express from 'express'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import t from 'tap'
import { accessTokenPolicy, tokenIdentity } from '../../src/backend/index.ts'
import { identity } from '../../src/express.ts'

const ISSUER = 'https://login.example.com'
const API = 'https://api.example.com'

t.test('a proof for the address that was called counts, and one for its end does not', async (t) => {
  const issuer = await generateKeyPair('ES256')
  const device = await generateKeyPair('ES256')
  const jwk = await exportJWK(device.publicKey)
  const keys = [{ ...(await exportJWK(issuer.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }]
  const token = await new SignJWT({ client_id: 'app', cnf: { jkt: await calculateJwkThumbprint(jwk) } })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'one' })
    .setIssuer(ISSUER)
    .setAudience(API)
    .setSubject('usr_alice')
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(issuer.privateKey)
  const ath = createHash('sha256').update(token).digest('base64url')
  const proofFor = (htu: string) =>
    new SignJWT({ htm: 'GET', htu, jti: htu, ath })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .setIssuedAt()
      .sign(device.privateKey)

  const source = tokenIdentity(
    accessTokenPolicy({
      issuer: ISSUER,
      audience: API,
      proofs: { origin: API },
      fetch: async () => Response.json({ keys }),
    }),
  )
  const app = express()
  app.use('/v1', identity({ source }), (request, response) => void response.json(request.identity))
  const server = createServer(app).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const call = async (htu: string) => {
    const headers = { authorization: `DPoP ${token}`, dpop: await proofFor(htu) }
    return (await fetch(`http://127.0.0.1:${port}/v1/who`, { headers })).status
  }
  t.equal(await call(`${API}/v1/who`), 200)
  t.equal(await call(`${API}/who`), 401)
})
