// Nothing of a token, of a proof or of the person whom a call is for ever stands in the log of the plugin server, in its traces, nor in what it adds to Kong's: of calls that pass and calls that do not.
import t from 'tap'
import {
  createSigningKey,
  gatewayConfig,
  nowSeconds,
  signToken,
  startKeyServer,
  type TokenChanges,
} from './support/issuer.ts'
import { startPluginServer } from './support/plugin-server.ts'
import { createProver } from './support/prover.ts'
import { traced } from './support/traced.ts'

/** What may be known of the person, in claims that the gateway reads or hands on. */
const PERSON = {
  sub: 'usr_adas_own_subject',
  email: 'ada.lovelace@example.org',
  name: 'Augusta Ada King',
  phone_number: '+442079460958',
  address: { street_address: '12 St James’s Square' },
  groups: ['group-of-ada'],
  club_card: 'card-4711-of-ada',
}

t.test('tokens, proofs and people stand in no line, whatever becomes of the call', async (t) => {
  const [key, stranger] = [await createSigningKey(), await createSigningKey('key-2')]
  const [app, thief] = [await createProver(), await createProver()]
  const traces = await traced(t)
  const keys = await startKeyServer(t, key)
  const server = await startPluginServer(t)
  const config = gatewayConfig(keys.jwksUri, {
    claim_headers: [{ claim: 'club_card', header: 'X-Authenticated-Club' }],
    required_scopes: ['profile:read'],
    plans: { basic: { minute: 5 } },
  })
  const kongs = { fused: server.connect() }
  const instance = await kongs.fused.start('mobile-gateway', config)
  const secrets = new Map<string, string>()
  const told: string[] = []
  const note = (what: string, value: string) => {
    secrets.set(value, what)
    for (const part of value.split('.')) if (part.length > 15) secrets.set(part, `part of ${what}`)
  }
  const seen: string[] = []
  const call = async (headers: Record<string, string>, target = '/mobile/echo?email=ada.lovelace%40example.org') => {
    const kong = server.connect()
    const request = {
      headers,
      target,
      onCall: (name: string, argument: unknown) =>
        void (/^kong\.log/.test(name) && told.push(JSON.stringify(argument))),
    }
    const { kind, status = '' } = await kong.access(instance, request)
    seen.push(`${kind} ${status}`.trim())
  }
  const token = async (claims: TokenChanges['claims'] = {}, by = key) => {
    const made = await signToken(by, { claims: { ...PERSON, ...claims } })
    note('token', made)
    return made
  }
  const bound = await token({ cnf: { jkt: app.jkt } })
  const [proof, wrong] = [await app.prove(bound), await thief.prove(bound)]
  for (const each of [proof, wrong]) note('proof', each)
  const rows: readonly Record<string, string>[] = [
    { authorization: `Bearer ${await token()}` },
    { authorization: `DPoP ${bound}`, dpop: proof },
    { authorization: `DPoP ${bound}`, dpop: proof },
    { authorization: `DPoP ${bound}`, dpop: wrong },
    { authorization: `Bearer ${bound}` },
    { authorization: `Bearer ${await token({ exp: nowSeconds() - 100 })}` },
    { authorization: `Bearer ${await token({ scope: 'nothing:of-use' })}` },
    { authorization: `Bearer ${await token({ iss: 'https://elsewhere.example' })}` },
    { authorization: `Bearer ${await token({}, stranger)}` },
    { authorization: `Bearer ${await token({ sub: 4711 })}` },
    { authorization: `Bearer ${await token({ club_card: { odd: 'card-4711-of-ada' } })}` },
    { authorization: `Bearer ${(await token()).slice(0, -8)}AAAAAAAA` },
    { authorization: 'Basic YWRhOmEgc2VjcmV0IHBhc3N3b3Jk' },
    { authorization: 'Bearer a-text-that-is-no-token' },
    { authorization: `Bearer ${await token()}`, cookie: 'session=a-cookie-of-ada' },
    {},
    ...Array.from({ length: 6 }, () => ({ authorization: `Bearer ${bound}x` })),
  ]
  for (const headers of rows) await call(headers)
  const good = await token()
  for (let each = 0; each < 8; each++) await call({ authorization: `Bearer ${good}` })
  keys.misbehave({ status: 500 })
  const away = gatewayConfig(keys.jwksUri, {
    issuers: [{ issuer: 'http://localhost:4001', jwks_uri: `${keys.jwksUri}?other` }],
  })
  const client = server.connect()
  const other = await client.start('mobile-gateway', away)
  await client.access(other, { headers: { authorization: `Bearer ${await token({ iss: 'http://localhost:4001' })}` } })

  for (const outcome of ['passed', 'exited 401', 'exited 403', 'exited 429']) t.ok(seen.includes(outcome), outcome)
  for (const [what, value] of Object.entries({
    ...PERSON,
    address: PERSON.address.street_address,
    groups: PERSON.groups[0] ?? '',
  }))
    secrets.set(String(value), what)
  for (const text of ['YWRhOmEgc2VjcmV0IHBhc3N3b3Jk', 'a-text-that-is-no-token', 'a-cookie-of-ada'])
    secrets.set(text, 'header')
  t.ok(secrets.size > 40)
  t.ok(server.logged.length > rows.length, 'and the log does say something')
  const log = server.logged.join('')
  const repeated = (text: string, but: readonly string[] = []) =>
    [...secrets].flatMap(([value, what]) =>
      !but.includes(what) &&
      [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)].some((spelling) => text.includes(spelling))
        ? [`${what}: ${value}`]
        : [],
    )
  t.strictSame(repeated(log), [])
  await traces.close()
  t.ok(traces.collector.spans().length > rows.length)
  t.strictSame(repeated(traces.collector.text()), [])
  // Kong's own log is the operator's, and names the user by the subject, as the backend knows them.
  t.strictSame(repeated(told.join('\n'), ['sub']), [])
})
