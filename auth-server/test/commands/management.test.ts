// The commands on the management API: what they ask, what they print, and what they say to wrong input.
import { createManagementClient } from '@mobile-api-gateway/sdk/management/index.ts'
import { sql } from 'kysely'
import t from 'tap'
import { defineBuiltInApi } from '../../src/catalogue/apis.ts'
import { Mistake } from '../../src/commands/management/mistake.ts'
import type { GivenValues } from '../../src/commands/management/options.ts'
import { table } from '../../src/commands/management/tell.ts'
import { MANAGED_THINGS, type ManagedThing } from '../../src/commands/management/things.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { managementApi } from '../../src/management/built-in-api.ts'
import { answerInProcess } from '../../src/management/in-process.ts'
import { replacePlanLimits } from '../../src/store/tables/plan-limits.ts'
import { machine } from '../support/management.ts'
import { API, ISSUER, testServer, USER } from '../support/server.ts'

// Nothing is sent: nobody delivers.
const server = await testServer(t, { MAIL_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'no-reply@example.com' })
const { deps } = server
await defineBuiltInApi(deps.db, managementApi(ISSUER))
const heard: unknown[] = []
const send = answerInProcess(deps, { authority: OPERATOR }, (cause) => heard.push(cause))
const client = createManagementClient({ issuer: ISSUER, credentials: 'none', fetch: send })
const THINGS: Readonly<Record<string, ManagedThing>> = MANAGED_THINGS

function run(words: string, values: GivenValues = {}, isTerminal = false) {
  const [thing = '', action = '', ...args] = words.split(' ')
  const verb = THINGS[thing]?.verbs[action]
  if (!verb) throw new Error(`no ${words}`)
  return verb.run({ client, issuer: ISSUER, deps, args, values, isTerminal })
}

async function added(values: GivenValues): Promise<string> {
  const { json } = await run('app add', { ...LOOPBACK, ...values })
  const id: unknown = typeof json === 'object' && json !== null && 'client_id' in json ? json.client_id : undefined
  return String(id)
}

const NAME = { name: 'My App' }
const LOOPBACK = { redirect: ['http://127.0.0.1/callback'] }
const REDIRECT = { redirect: ['com.example.mine:/callback'] }

t.test('an app is registered, subscribed, approved and shown with its settings in one command', async (t) => {
  const { json, text } = await run('app add', { ...NAME, ...REDIRECT, api: [API.id], trusted: true })
  t.match(json, {
    client_id: /^client_/,
    name: 'My App',
    kind: 'native',
    redirect_uris: REDIRECT.redirect,
    client_secret: null,
  })
  t.match(text, /^client_id {6}client_[\w-]{22}\n/)
  t.match(text, /issuer +http:\/\/localhost:4000\n/)
  t.match(text, new RegExp(`apis +${API.id} \\(.*\\), plan \\w+, trusted\n`))
  t.match(text, /Code with these settings: npm run app -- show client_[\w-]+ --for swift\|/)
})

t.test('with --for the code has its client_id in it, and later, too', async (t) => {
  const values = { ...NAME, redirect: ['com.example.code:/callback'], api: [API.id] }
  const { json, text } = await run('app add', { ...values, for: 'kotlin' })
  t.match(text, /--- Login\.kt\n\nimport android/)
  const { client_id: id } = { client_id: '', ...Object(json) }
  t.match(text, `"${id}"`)
  t.match((await run(`app show ${id}`, { for: 'flutter' })).text, `static const clientId = '${id}';`)
  t.match((await run(`app show ${id}`, { for: 'curl' })).text, `client_id='${id}'`)
})

const MISTAKES: readonly (readonly [words: string, values: GivenValues, says: RegExp])[] = [
  ['app add', REDIRECT, /^--name is missing\.$/],
  ['app add', { ...NAME, kind: 'phone' }, /^--kind is one of native, web, browser\.$/],
  ['app add', { ...NAME, for: 'cobol' }, /^--for is one of swift, kotlin, flutter, react-native, expo, curl\.$/],
  ['app add', { ...NAME, for: 'swift' }, /^--for writes code that calls an API: name one with --api\.$/],
  ['app add', { ...NAME, for: 'swift', api: [API.id] }, /needs a redirect URI that opens the app.*not none\.$/],
  ['app add', { ...NAME, api: [API.id] }, /^--redirect is missing: where answers go/],
  ['app add', { ...NAME, trusted: true }, /^--plan, --scope and --trusted are about an API/],
  ['app add', { ...NAME, api: ['nothing'] }, /^There is no API nothing: npm run api -- list names them\.$/],
  ['app add', { ...NAME, api: [API.id], scope: ['nothing'] }, /has no scope nothing, but /],
  ['app add', { ...NAME, api: [API.id], plan: 'nothing' }, /has no plan nothing, but /],
  ['subscription add', { app: 'client_x' }, /^--api is missing\.$/],
  ['user show nobody@example.com', {}, /^There is no account nobody@example\.com\.$/],
  ['api add notes', { resource: 'https://x.example/' }, /^--name is missing\.$/],
  ['api add notes', { scope: ['notes'] }, /^--scope is name="what it allows", not notes\.$/],
  ['api add notes', { 'guest-scope': ['no'] }, /^no is no scope of this API/],
  ['user add', {}, /^--email is missing\.$/],
  ['user withdraw nobody@example.com', {}, /^nobody@example\.com has no invitation/],
  [`group add stuff ${USER.email}`, {}, /^There is no group stuff: npm run group -- list names them\.$/],
  ['machine add', { name: 'CI' }, /^--scope is missing/],
  ['machine add', { name: 'CI', scope: ['everything'] }, /^There is no scope everything, but /],
]

for (const [words, values, says] of MISTAKES)
  t.test(`a mistake is one line, and changes nothing: ${words} ${JSON.stringify(values)}`, async (t) => {
    const before = (await run('app list')).json
    await t.rejects(run(words, values), { name: 'Mistake', message: says }, words)
    t.strictSame((await run('app list')).json, before)
  })

t.test('what fails after the app is registered takes it away again', async (t) => {
  const before = (await run('app list')).json
  await t.rejects(run('app add', { ...NAME, ...LOOPBACK, api: [API.id, API.id] }), {
    name: 'ManagementError',
    status: 409,
  })
  t.strictSame((await run('app list')).json, before)
})

t.test('a list has tabs in a pipe and headings at a terminal', async (t) => {
  const id = await added(NAME)
  const line = (text: string) => text.split('\n').find((row) => row.startsWith(id))
  t.equal(line((await run('app list')).text), `${id}\tMy App\tnative\t-\tportal`)
  const atTerminal = (await run('app list', {}, true)).text
  t.match(atTerminal, /^CLIENT ID +NAME +KIND +SUSPENDED AT +MANAGED BY\n/)
  t.match(line(atTerminal), /^client_[\w-]+ {2}My App +native +- +portal$/)
})

t.test('the limits of plans are told as numbers, and where gateways disagree', async (t) => {
  const applicationId = (await client.applications.get({ client_id: await added(NAME) })).id
  const tell = (node: string, minute: number) => {
    const limit = { policy: 'orders', audience: API.resource, plan: 'basic', period: 'minute' } as const
    return replacePlanLimits(deps.db, { applicationId, node }, [
      { ...limit, counted: 'user', calls: minute },
      { ...limit, counted: 'application', period: 'day', calls: 9000 },
    ])
  }
  await Promise.all([tell('one', 60), tell('two', 90), tell('three', 60)])
  const words = 'basic=60|90/minute/person basic=9000/day/app'
  const { json, text } = await run(`api show ${API.id}`)
  t.match(text, `limits\t${words}\n`.trimEnd())
  t.match(json, {
    limits: [
      {
        plan: 'basic',
        said: [
          { calls: 60, nodes: 2 },
          { calls: 90, nodes: 1 },
        ],
      },
      {},
    ],
  })
  t.match((await run('api list')).text, `\tbasic\t${words}\t`)
  const { items } = await client.plans.list({ api_id: API.id })
  t.strictSame(items, [
    {
      name: 'basic',
      apis: [API.id],
      limits: [
        {
          api_id: API.id,
          counted: 'user',
          period: 'minute',
          said: [
            { calls: 60, nodes: 2 },
            { calls: 90, nodes: 1 },
          ],
        },
        { api_id: API.id, counted: 'application', period: 'day', said: [{ calls: 9000, nodes: 3 }] },
      ],
      managed_by: 'portal',
    },
  ])
  t.strictSame((await client.plans.list({ api_id: 'nothing' })).items, [])
})

t.test('what is told writes nothing on a terminal but itself', (t) => {
  t.equal(table([{ name: 'My\u202e \u001b[2J\nApp\t' }], ['name'], false), 'My   [2J App ')
  t.end()
})

t.test('an app is put out of use, back, and away; removing names what goes, and wants --yes', async (t) => {
  const id = await added(NAME)
  t.match((await run(`app suspend ${id}`)).json, { suspended_at: /^\d{4}-/ })
  t.match((await run(`app restore ${id}`)).json, { suspended_at: null })
  t.match((await run(`app change ${id}`, { name: 'Another', 'dpop-bound-access-tokens': 'true' })).json, {
    name: 'Another',
    dpop_bound_access_tokens: true,
  })
  const says = `${id}: its subscriptions and every login in it go with it, for good. Say --yes to do it.`
  await t.rejects(run(`app remove ${id}`), new Mistake(says))
  t.match(await run(`app remove ${id}`, { yes: true }), { json: { client_id: id }, text: 'It is gone.' })
  await t.rejects(run(`app show ${id}`), /there is no application of this id/)
})

t.test('a request waits until it is approved or declined', async (t) => {
  const id = await added(NAME)
  const request = { app: id, api: API.id, plan: API.plans[0], scope: Object.keys(API.scopes) }
  const waiting = async () => {
    await run('subscription add', request)
    return (await run('approval list')).text.split('\t')[0] ?? ''
  }
  t.match(await run(`approval decline ${await waiting()}`, { yes: true }), { text: 'It is declined.' })
  t.match((await run(`approval approve ${await waiting()}`, { trusted: true })).json, {
    status: 'approved',
    trusted: true,
  })
  const [subscription] = (await run('subscription list', { app: id })).text.split('\t')
  t.match((await run(`subscription suspend ${subscription}`)).json, { status: 'suspended', suspended_at: /^\d{4}-/ })
  t.match((await run(`subscription restore ${subscription}`)).json, { status: 'approved', suspended_at: null })
  t.match((await run(`subscription change ${subscription}`, { trusted: 'false' })).json, { trusted: false })
  t.match(await run(`subscription remove ${subscription}`, { yes: true }), { text: 'It is gone.' })
  t.equal((await run('approval list')).text, '')
})

t.test('people are named by an address, put out of use and back', async (t) => {
  t.match((await run(`user show ${USER.email}`)).json, { email: USER.email, status: 'active' })
  t.match((await run(`user suspend ${USER.email}`)).json, { status: 'suspended' })
  t.match((await run('user list', { status: 'suspended' })).text, USER.email)
  t.match((await run(`user restore ${USER.email}`)).json, { status: 'active' })
  await t.rejects(run(`user remove ${USER.email}`), /erased after seven days.*Say --yes/)
})

t.test('people are invited by mail, and an invitation is withdrawn by its address', async (t) => {
  const { text } = await run('user add', { email: 'eve@example.com', name: 'Eve' })
  t.match(text, /^person_id\tusr_[\w-]{22}\nemail\teve@example\.com\n[\s\S]*A mail with a link is on its way/)
  t.match((await run('user invitations')).text, 'eve@example.com')
  t.match(await run('user withdraw Eve@example.com'), { text: 'The invitation is withdrawn.' })
  t.equal((await run('user invitations')).text, '')
})

t.test('a group is made, described and shown; people are put in by address or id, and taken out', async (t) => {
  const nobody = await run('group list')
  t.strictSame([nobody.text, nobody.remark, nobody.json], ['', 'There is none.', []], 'said beside what a pipe reads')
  t.match((await run('group create', { name: 'staff', description: 'Who works here' })).json, { members: 0 })
  await run('group change staff', { description: 'Our people' })
  t.equal((await run('group show staff')).text, 'name\tstaff\ndescription\tOur people\nmembers\t0\nmanaged_by\tportal')
  t.equal(
    (await run(`group add staff ${USER.email.toUpperCase()}`)).text,
    `${USER.email.toUpperCase()} is now in staff.`,
  )
  t.equal((await run(`group add staff ${server.personId}`)).text, `${server.personId} was already in staff.`)
  t.equal((await run('group members staff')).text, server.personId)
  t.equal((await run('group list')).text, 'staff\t1\tOur people\tportal')
  t.equal((await run(`group remove staff ${server.personId}`)).text, `${server.personId} is no longer in staff.`)
  t.equal((await run(`group remove staff ${USER.email}`)).text, `${USER.email} was not put by an operator into staff.`)
  await t.rejects(run('group delete staff'), /^staff: whoever is in it is so no more.*Say --yes to do it\.$/)
  t.match(await run('group delete staff', { yes: true }), { text: 'It is gone.' })
})

t.test('an API is added with its scopes in words, and a change leaves what it does not name', async (t) => {
  const scope = ['notes:read=See your notes', 'notes:write=Write = change notes']
  const resource = 'https://api.example.com/notes'
  const events = { 'events-uri': 'https://notes.example.com/events' }
  const guests = { 'guest-plan': 'basic', 'guest-scope': ['notes:read'] }
  await run('api add notes', { name: 'Notes', resource, plan: ['basic', 'more'], scope, ...events, ...guests })
  const before = Object((await run('api show notes')).json)
  t.match(before, {
    name: 'Notes',
    plans: ['basic', 'more'],
    guest_plan: 'basic',
    events_uri: events['events-uri'],
    scopes: [
      { name: 'notes:read', description: 'See your notes', for_guests: true },
      { name: 'notes:write', description: 'Write = change notes', for_guests: false },
    ],
  })
  const signIn = { providers: ['own'], default: 'own' }
  const form = { fields: [{ name: 'club', type: 'text', label: { en: 'Club' } }] }
  const asked = {
    sign_in: JSON.stringify(signIn),
    registration: JSON.stringify(form),
    plan_descriptions: JSON.stringify({ more: 'For many calls' }),
  }
  await server.db.updateTable('apis').set(asked).where('id', '=', 'notes').execute()
  await run('api change notes', { name: 'My notes' })
  const after = (await run('api show notes')).json
  t.strictSame(after, {
    ...before,
    name: 'My notes',
    sign_in: signIn,
    registration: form,
    plan_descriptions: { more: 'For many calls' },
  })
  const planned = (await run('api change notes', { plan: ['basic'] })).json
  t.match(planned, { plans: ['basic'], plan_descriptions: {} }, 'what was said of a plan goes with it')
  await run('api change notes', { scope: ['notes:read=Read notes'] })
  t.match(Object((await run('api show notes')).json).scopes, [{ description: 'Read notes', for_guests: true }])
  await run('api remove notes', { yes: true })
})

t.test('a machine client has the scopes that it was given, and its secret is told once', async (t) => {
  const { text, json } = await run('machine add', { name: 'CI', scope: ['applications:read', 'apis:read'] })
  t.match(
    text,
    /^MANAGEMENT_URL=http:\/\/localhost:4000\nMANAGEMENT_CLIENT_ID=\S+\nMANAGEMENT_CLIENT_SECRET=[\w-]{43}$/,
  )
  const { client_id: id = '' } = { ...Object(json) }
  t.match((await run('machine list')).text, id)
  const [{ scopes }] = [...(await client.subscriptions.list({ client_id: id })).items, { scopes: [] }]
  t.strictSame([...scopes].toSorted(), ['apis:read', 'applications:read'])
})

t.test(
  'what goes wrong in this process is answered as over the network, once, and not called unreachable',
  async (t) => {
    await t.rejects(client.applications.list({ cursor: 'A'.repeat(10_000) }), { status: 400, code: 'invalid_request' })
    t.strictSame(heard, [])
    await sql`alter table groups rename column description to mislaid`.execute(deps.db)
    await t.rejects(client.groups.list(), { status: 500, code: 'server_error', detail: /has been logged/ })
    await sql`alter table groups rename column mislaid to description`.execute(deps.db)
    t.match(heard, [{ message: /column known.description does not exist/ }])
  },
)

t.test('an app that is added over the network waits for whoever approves, and the command says so', async (t) => {
  const scopes = [
    'applications:read',
    'applications:write',
    'apis:read',
    'subscriptions:read',
    'subscriptions:write',
  ] as const
  const { clientId, clientSecret } = await machine(server, scopes)
  const base = await server.app.listen({ host: '127.0.0.1', port: 0 })
  const fetchThere = (url: string, init: RequestInit) => fetch(url.replace(ISSUER, base), init)
  const remote = createManagementClient({ issuer: ISSUER, credentials: { clientId, clientSecret }, fetch: fetchThere })
  const add = (values: GivenValues) =>
    MANAGED_THINGS.app.verbs.add.run({
      client: remote,
      issuer: ISSUER,
      deps: undefined,
      args: [],
      values,
      isTerminal: false,
    })
  const { json, text } = await add({ name: 'Far App', redirect: ['com.example.far:/callback'], api: [API.id] })
  t.match(json, { client_id: /^client_/, name: 'Far App' })
  t.match(text, new RegExp(`apis +${API.id} \\(.*\\), plan \\w+, pending\n`))
  const [waiting] = (await client.approvals.list({ client_id: Object(json).client_id })).items
  t.match(waiting, { status: 'pending', requested_by: clientId })
  t.match(text, `Waits for somebody else: npm run approval -- approve ${waiting?.id}`)
  await t.rejects(add({ name: 'Far App', api: [API.id], trusted: true }), {
    name: 'Mistake',
    message: /^--trusted is for whoever approves, and over the network that is somebody else/,
  })
  t.equal((await client.applications.list({ limit: 100 })).items.filter(({ name }) => name === 'Far App').length, 1)
})

t.test('several APIs have a line each, their scopes are told once, and code says which one it calls', async (t) => {
  const [{ name = '' } = {}] = (await client.apis.get({ id: API.id })).scopes
  const resource = 'https://two.example/api'
  await run('api add two', { name: 'Two', resource, plan: ['basic'], scope: [`${name}=See it`] })
  const values = { ...NAME, redirect: ['com.example.two:/callback'], api: [API.id, 'two'], scope: [name], for: 'swift' }
  const { text } = await run('app add', values)
  t.match(text, new RegExp(`\nscopes +${name}\n`))
  t.match(text, /\napis +\S+ \(\S+\), plan \w+\n {2,}\S+ \(\S+\), plan \w+\n/)
  t.match(text, /\nThe code calls \S+; a token is for one API\.\n/)
})
