// Every secret is replaced while everything goes on: in two steps with several instances, and nobody notices.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { readConfig } from '../../src/config.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { definePortalOf } from '../../src/portal/index.ts'
import { openMailbox } from '../support/mailbox.ts'
import { instanceWith } from '../support/second-instance.ts'
import { testServer } from '../support/server.ts'
import { SURROUNDINGS } from '../support/surroundings.ts'
import { catalogueOf, openUpstream } from '../support/upstream.ts'
import { type Running, type Surroundings, THINGS } from './things.ts'

const NAMES = ['PASSWORD_PEPPER', 'TOKEN_SECRET', 'COOKIE_SECRET', 'KEY_ENCRYPTION_KEY'] as const

type Values = Readonly<Record<(typeof NAMES)[number], string>>

function fresh(): Values {
  const secret = () => randomSecret()
  return { PASSWORD_PEPPER: secret(), TOKEN_SECRET: secret(), COOKIE_SECRET: secret(), KEY_ENCRYPTION_KEY: secret() }
}

/** The variables of a value and the one that is accepted beside it. */
function both(now: Values, previous: Values): Record<string, string> {
  return { ...now, ...Object.fromEntries(NAMES.map((name) => [`${name}_PREVIOUS`, previous[name]])) }
}

async function setUp(t: Test) {
  const [old, anew] = [fresh(), fresh()]
  const mailbox = await openMailbox(t)
  const corp = await openUpstream(t)
  const catalogue = await catalogueOf(t, { corp: { ...corp.settings, email_domains: ['corp.example'] } })
  const settings = { ...mailbox.environment, ...catalogue, VISITS_PER_MINUTE: '0' }
  const server = await testServer(t, { ...settings, ...old })
  await definePortalOf(server.config.issuer, server.db)
  const start = (secrets: Readonly<Record<string, string>>) => instanceWith(t, server, { ...settings, ...secrets })
  return { old, anew, server, start, around: { mailbox, corp } }
}

const all = Object.entries(THINGS).flatMap(([secret, things]) =>
  Object.entries(things).map(([name, begin]) => ({ secret, name, begin })),
)

/** Begins everything at one instance; returns what goes on with it. */
async function begin(here: Running, around: Surroundings) {
  const begun: { secret: string; name: string; goesOn: (there: Running) => Promise<boolean> }[] = []
  for (const { secret, name, begin } of all) begun.push({ secret, name, goesOn: await begin(here, around) })
  return begun
}

t.test('two steps with several instances: at no moment does one make what another does not take', async (t) => {
  const { old, anew, server, start, around } = await setUp(t)
  const accepting = await start(both(old, anew))
  const switched = await start(both(anew, old))
  const steps: [string, Running, Running][] = [
    ['the new one is accepted at some', server, accepting],
    ['and the other way round', accepting, server],
    ['the new one is in use at some', accepting, switched],
    ['and the other way round', switched, accepting],
  ]
  for (const [step, here, there] of steps)
    for (const { name, goesOn } of await begin(here, around)) t.ok(await goesOn(there), `${step}: ${name}`)
})

t.test('the old one is taken away: what is sealed anew goes on, and so do logins; all else had its time', async (t) => {
  const { old, anew, server, start, around } = await setUp(t)
  const begun = await begin(server, around)
  await t.rejects(start(anew), /KEY_ENCRYPTION_KEY is not the one/, 'not before the keys are sealed anew')
  const file = fileURLToPath(new URL('../../src/commands/reseal.ts', import.meta.url))
  const env = { ...SURROUNDINGS, DATABASE_URL: server.config.databaseUrl, ...both(anew, old) }
  const { stdout } = await promisify(execFile)(process.execPath, [file], { env })
  t.match(stdout, /signing_keys: 3 sealed anew, 0 were already, 0 cannot be read/)
  t.match(stdout, /Nothing needs KEY_ENCRYPTION_KEY_PREVIOUS any more/)
  const there = await start({ ...anew, PASSWORD_PEPPER_PREVIOUS: old.PASSWORD_PEPPER })
  for (const { secret, name, goesOn } of begun)
    t.equal(await goesOn(there), secret === 'sealed' || secret === 'lasting', name)
})

t.test('a previous secret that cannot be one is refused at start, in a sentence', async (t) => {
  const env = { DATABASE_URL: 'postgresql://localhost/auth', ...fresh() }
  for (const name of NAMES) {
    const previous = `${name}_PREVIOUS`
    t.throws(() => readConfig({ ...env, [previous]: env[name] }), {
      message: `${previous} is the same as ${name}; leave it out unless one replaces the other`,
    })
    t.throws(() => readConfig({ ...env, [previous]: 'short' }), {
      message: new RegExp(`^${previous} \\(is accepted beside ${name}\\) has to hold 32`),
    })
    t.throws(() => readConfig({ ...env, [name]: '', [previous]: env[name] }), { message: new RegExp(`^${name} \\(`) })
  }
})
