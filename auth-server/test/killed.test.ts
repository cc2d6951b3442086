// The server killed with SIGKILL under load: no token is issued twice, and none is lost that a client received.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { decodeJwt } from 'jose'
import t from 'tap'
import type { Config } from '../src/config.ts'
import { obtainCode, REDIRECT_URI } from './support/phone.ts'
import { APP, testServer } from './support/server.ts'

const PHONES = 6
const KILLS = 5

const startServer = async (config: Config): Promise<{ child: ChildProcess; url: string }> => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../src/main.ts', import.meta.url))], {
    env: {
      ...process.env,
      PORT: '0',
      ISSUER: config.issuer,
      DATABASE_URL: config.databaseUrl,
      PASSWORD_PEPPER: config.passwordPepper,
      TOKEN_SECRET: config.tokenSecret,
      COOKIE_SECRET: config.cookieSecret,
      KEY_ENCRYPTION_KEY: config.keyEncryptionKey,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /Server listening at (http:\/\/127[^"]+)/.exec(line) ?? []
    if (url) {
      child.stdout.resume()
      return { child, url }
    }
  }
  throw new Error('the server ended before it listened')
}

type Answer = { status: number; body: { access_token: string; refresh_token: string; error?: string } }

t.test('no token is issued twice and none is lost that a phone received', { timeout: 120_000 }, async (t) => {
  const { app, config, db } = await testServer(t)
  const received: { access: string; refresh: string }[] = []
  const killAfter = () => 5 + Math.floor(Math.random() * 30)

  let server = await startServer(config)
  t.teardown(() => server.child.kill('SIGKILL'))
  const post = async (form: Record<string, string>): Promise<Answer | undefined> => {
    try {
      const response = await fetch(`${server.url}/token`, { method: 'POST', body: new URLSearchParams(form) })
      return { status: response.status, body: (await response.json()) as Answer['body'] }
    } catch {
      return undefined
    }
  }
  const keep = (answer: Answer): string => {
    received.push({ access: answer.body.access_token, refresh: answer.body.refresh_token })
    return answer.body.refresh_token
  }
  const refresh = (token: string) =>
    post({ grant_type: 'refresh_token', client_id: APP.clientId, refresh_token: token })
  const codes = await Promise.all(Array.from({ length: PHONES * (KILLS + 1) }, () => obtainCode(app)))
  const redeem = ({ code, verifier }: { code: string; verifier: string }) =>
    post({
      grant_type: 'authorization_code',
      client_id: APP.clientId,
      code,
      code_verifier: verifier,
      redirect_uri: REDIRECT_URI,
    })

  for (let kill = 0; kill < KILLS; kill++) {
    let left = killAfter()
    const exited = once(server.child, 'exit')
    const counted = (answer: Answer): string => {
      if (--left === 0) server.child.kill('SIGKILL')
      return keep(answer)
    }
    // Each phone redeems a code and refreshes until the server is gone, and is left with what it received last.
    const held = await Promise.all(
      codes.splice(0, PHONES).map(async (code) => {
        const first = await redeem(code)
        if (!first) return { code, token: undefined }
        if (first.status !== 200) throw new Error(`a fresh code was refused: ${first.body.error}`)
        let token = counted(first)
        for (let answer = await refresh(token); answer; answer = await refresh(token)) {
          if (answer.status !== 200) throw new Error(`a received token was refused: ${answer.body.error}`)
          token = counted(answer)
        }
        return { code, token }
      }),
    )
    await exited
    server = await startServer(config)
    for (const { code, token } of held) {
      // What was in flight may have happened or not; the phone cannot tell, and simply asks again.
      const answer = token === undefined ? await redeem(code) : await refresh(token)
      if (token !== undefined) t.equal(answer?.status, 200, 'the token that the phone received last still works')
      else t.ok(answer?.status === 200 || answer?.body.error === 'invalid_grant')
      if (answer?.status === 200) keep(answer)
    }
  }
  server.child.kill('SIGKILL')

  const jtis = received.map(({ access }) => decodeJwt(access).jti)
  t.equal(new Set(jtis).size, jtis.length, 'no access token was issued twice')
  const byGeneration = new Map<string, Set<string>>()
  for (const { refresh } of received) {
    const generation = refresh.split('.', 2).join('.')
    byGeneration.set(generation, (byGeneration.get(generation) ?? new Set()).add(refresh))
  }
  t.ok(
    [...byGeneration.values()].every((tokens) => tokens.size === 1),
    'one refresh token per generation of a family',
  )
  const families = await db.selectFrom('refresh_families').select(['id', 'revoked_at']).execute()
  const redeemed = await db
    .selectFrom('authorization_codes')
    .where('consumed_at', 'is not', null)
    .select('family_id')
    .execute()
  t.same(
    families.map(({ id }) => id).sort(),
    redeemed.map(({ family_id }) => family_id).sort(),
    'each redeemed code has one family',
  )
  t.ok(
    families.every(({ revoked_at }) => revoked_at === null),
    'and none was mistaken for stolen',
  )
})
