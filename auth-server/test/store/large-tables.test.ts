// One page of a list reads about what it shows, however many people there are: for administrators, developers and people.
import { isOperationId, OPERATIONS, type OperationId } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { ManagementOperation } from '@mobile-api-gateway/sdk/contract/operation.ts'
import t from 'tap'
import { portalRoutes } from '../../src/portal/index.ts'
import { fittingRequests } from '../management/operations.ts'
import { accountAddresses, atAccount } from '../support/account.ts'
import { addCrowd } from '../support/crowd.ts'
import { atPortalAs, portalServer } from '../support/portal.ts'
import { inRole } from '../support/portal-actor.ts'
import { portalThings, urlAbout } from '../support/portal-things.ts'
import { type Reading, rowsReadBy } from '../support/reading.ts'
import { API } from '../support/server.ts'

t.setTimeout(300_000)
const PEOPLE = 20_000
/** For one statement: of a page of fifty, and of what is told of each of them. */
const MAX_ROWS = 2000

/** A figure is exact, and takes what it counts. */
const COUNTED = /count\((\*|distinct person_id)\)/

function tooMuch(statements: readonly Reading[]): readonly string[] {
  return statements.flatMap(({ text, rows }) => (rows > MAX_ROWS && !COUNTED.test(text) ? `${rows} rows: ${text}` : []))
}

const server = await portalServer(t)
const { db, applicationId } = server
await addCrowd(db, { people: PEOPLE, applicationId })
const root = await inRole(server, 'root@example.com', { role: 'administrator' })
const things = {
  personId: server.personId,
  clientId: 'shop-app',
  subscriptionId: `sub_${'A'.repeat(22)}`,
  pendingId: `sub_${'B'.repeat(22)}`,
  installationId: `grant_${'A'.repeat(22)}`,
}

/** What lists can be narrowed to, by the names of their parameters. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  email: ['17@17.example.com', 'nobody@example.com'],
  // Of a beginning that many names have, those are read, or people in the order of the list, whichever are fewer.
  name: ['Person 299', 'Nobody'],
  person_id: [server.personId],
  client_id: [things.clientId, 'nobody'],
  by_client_id: [things.clientId],
  api_id: [API.id],
  since: ['2026-01-01T00:00:00.000Z'],
  until: ['2020-01-01T00:00:00.000Z'],
}

/** The values of a parameter: those of its schema, or of those above. */
function valuesOf(name: string, schema: object): readonly string[] {
  if ('enum' in schema && Array.isArray(schema.enum)) return schema.enum.map(String)
  return VALUES[name] ?? []
}

function queriesOf({ query }: ManagementOperation, fitting: Readonly<Record<string, string>>) {
  const required: readonly string[] = query?.required ?? []
  const needed = Object.fromEntries(Object.entries(fitting).filter(([name]) => required.includes(name)))
  const narrowed = Object.entries(query?.properties ?? {}).flatMap(([name, schema]) =>
    valuesOf(name, schema).map((value) => ({ ...needed, [name]: value })),
  )
  return [needed, ...narrowed]
}

const reading: readonly OperationId[] = Object.keys(OPERATIONS)
  .filter(isOperationId)
  .filter((id) => OPERATIONS[id].method === 'GET')

for (const id of reading)
  t.test(`${id} reads about what it answers with`, async (t) => {
    const { params, query = {} } = fittingRequests(things)[id]
    const row: ManagementOperation = OPERATIONS[id]
    for (const narrowed of queriesOf(row, query)) {
      const asked = (more: object) => root.ask(id, { ...(params && { params }), query: { ...narrowed, ...more } })
      const { result, statements } = await rowsReadBy(t, server.config.databaseUrl, async () => {
        const first = await asked({})
        const next: unknown = Object(first.body).next
        if (typeof next === 'string') await asked({ cursor: next })
        return first
      })
      t.ok([200, 404].includes(result.status), `${result.status} ${JSON.stringify(narrowed)}`)
      t.strictSame(tooMuch(statements), [], JSON.stringify(narrowed))
    }
  })

t.test('and so does each page of the portal', async (t) => {
  const who = await atPortalAs(server, 'administrator')
  const there = await portalThings(server, await atPortalAs(server, 'developer'), 1)
  for (const [pattern, route] of Object.entries(portalRoutes(server.deps))) {
    if (!('GET' in route)) continue
    const url = urlAbout(pattern, { ...there, api: API.id, person: server.personId })
    const { statements } = await rowsReadBy(t, server.config.databaseUrl, () => who.browser.request('GET', url))
    t.strictSame(tooMuch(statements), [], pattern)
  }
})

t.test('and of an account', async (t) => {
  const browser = await atAccount(server)
  for (const { method, pattern, url } of await accountAddresses(server)) {
    if (method !== 'GET') continue
    const { statements } = await rowsReadBy(t, server.config.databaseUrl, () => browser.request('GET', url))
    t.strictSame(tooMuch(statements), [], pattern)
  }
})
