// A change of an API is one change: one event that says all of it, and what stands against it is a conflict, by PUT and DELETE alike.
import t from 'tap'
import { machine } from '../support/management.ts'
import { API, testServer } from '../support/server.ts'

const server = await testServer(t)
const { ask } = await machine(server)

const BODY = {
  name: 'Maps',
  resource: 'https://api.example.com/maps',
  plans: ['basic', 'gold'],
  scopes: [
    { name: 'maps:read', description: 'See maps', required_group: null, for_guests: false },
    { name: 'maps:write', description: 'Draw maps', required_group: null, for_guests: false },
  ],
}
await ask('POST', '/apis', { body: { id: 'maps', ...BODY } })
const anyVersion = { 'if-match': '*' }

async function eventsOfMaps(): Promise<readonly Readonly<{ outcome: string; change: unknown }>[]> {
  return (await ask('GET', '/audit', { query: { type: 'api', api_id: 'maps' } })).json().items
}

t.test(
  'PUT that renames, adds and takes away is one event with all of it; one that says the same is none',
  async (t) => {
    const before = (await eventsOfMaps()).length
    const [kept] = BODY.scopes
    const body = {
      ...BODY,
      name: 'Atlas',
      plans: ['basic', 'silver'],
      scopes: [kept],
      plan_descriptions: { silver: 'For some calls' },
    }
    const changed = await ask('PUT', '/apis/maps', { body, headers: anyVersion })
    t.match(changed.json(), { name: 'Atlas', plans: ['basic', 'silver'], scopes: [{ name: 'maps:read' }] })
    const [event, ...older] = await eventsOfMaps()
    t.equal(older.length, before)
    t.match(event, {
      outcome: 'changed',
      change: {
        before: ['name: Maps', 'plans: basic gold', 'what plans are for: ', 'scope maps:write: Draw maps'],
        after: [
          'name: Atlas',
          'plans: basic silver',
          'what plans are for: silver: For some calls',
          'scope maps:write: ',
        ],
      },
    })
    t.equal((await ask('PUT', '/apis/maps', { body, headers: anyVersion })).statusCode, 200)
    t.equal((await eventsOfMaps()).length, before + 1)
    const odd = { ...body, plan_descriptions: { gold: 'For many calls' } }
    t.match(await ask('PUT', '/apis/maps', { body: odd, headers: anyVersion }), {
      statusCode: 400,
      body: /gold is described and is none of the plans of maps/,
    })
  },
)

t.test('what is there stands against it: 409 with a sentence that says who, whichever the method', async (t) => {
  const groups = { ...BODY, token_groups: ['drivers'] }
  await ask('PUT', '/apis/maps', { body: groups, headers: anyVersion })
  const { scopes, plans, resource, name } = (await ask('GET', `/apis/${API.id}`)).json()
  const used = { name, resource, scopes, plans }
  const rows = [
    ['PUT', `/apis/${API.id}`, { ...used, plans: ['other'] }, /cannot lose the plan basic: .*would have none/],
    ['DELETE', `/apis/${API.id}`, undefined, /is still used by \S+.*: remove their subscriptions first/],
    ['PUT', '/apis/maps', { ...BODY, resource }, /Another API has this resource/],
    ['POST', '/apis', { ...BODY, id: 'more', resource }, /Another API has this resource/],
    ['POST', '/apis', { ...BODY, id: 'maps' }, /there is an API of this id/],
    ['DELETE', '/groups/drivers', undefined, /The group drivers is still named by maps/],
  ] as const
  for (const [method, path, body, detail] of rows) {
    const answer = await ask(method, path, { body, headers: method === 'POST' ? {} : anyVersion })
    t.match(answer.json(), { status: 409, code: 'conflict', detail }, `${method} ${path}`)
  }
})
