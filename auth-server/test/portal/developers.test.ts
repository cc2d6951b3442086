// Who becomes a developer: by an address, by its domain, by an invitation, by an administrator, or by a button where everybody may.
import t from 'tap'
import { BY_COMMAND } from '../../src/audit/context.ts'
import { importCatalogue } from '../../src/catalogue/file/import.ts'
import { readCatalogueFile } from '../../src/catalogue/file/read.ts'
import { listRoles } from '../../src/store/tables/person-roles.ts'
import { newPerson } from '../support/administrator.ts'
import { Browser } from '../support/browser.ts'
import { mailServer, NEW_PASSWORD } from '../support/mail-visit.ts'
import { machine } from '../support/management.ts'
import { atPortalAs, portalServer, post } from '../support/portal.ts'
import { ISSUER, type TestServer } from '../support/server.ts'

t.setTimeout(120_000)

/** Brings the section `developers` of a file in, in the place of the one before. */
async function bringIn({ db }: Pick<TestServer, 'db'>, developers: string): Promise<void> {
  const file = await readCatalogueFile(`developers: ${developers}\n`, {})
  if (!('apis' in file)) throw new Error(file.map(({ text }) => text).join('\n'))
  await importCatalogue(db, file, { issuer: ISSUER, context: BY_COMMAND, prune: true })
}

async function developers({ db }: Pick<TestServer, 'db'>): Promise<readonly string[]> {
  return (await listRoles(db)).flatMap(({ id, role }) => (role === 'developer' ? id : []))
}

async function roleEvents({ db }: Pick<TestServer, 'db'>): Promise<readonly string[]> {
  const rows = await db.selectFrom('audit_events').where('type', '=', 'role').select('outcome').orderBy('seq').execute()
  return rows.map(({ outcome }) => outcome)
}

t.test(
  'by the domain of a proven address, also of those who were there before; it ends with the address',
  async (t) => {
    const server = await portalServer(t)
    const { db } = server
    const before = await newPerson(server, 'ada@makers.example')
    const likely = [
      await newPerson(server, 'eve@not-makers.example'),
      await newPerson(server, 'bob@sub.makers.example'),
      await newPerson(server, 'makers.example@example.com'),
    ]
    await bringIn(server, '{ domains: [Makers.Example] }')
    const after = await newPerson(server, 'carol@makers.example')
    t.strictSame([...(await developers(server))].sort(), [before, after].sort())
    t.notOk((await developers(server)).some((id) => likely.includes(id)))

    await db
      .insertInto('email_addresses')
      .values([
        {
          person_id: before,
          key: 'ada@home.example',
          address: 'ada@home.example',
          proof: 'verified',
          proven_at: new Date(),
        },
        { person_id: likely[0] ?? '', key: 'eve@makers.example', address: 'eve@makers.example', proof: null },
      ])
      .execute()
    t.equal((await developers(server)).length, 2, 'an address that is only written down makes nobody one')
    await db.deleteFrom('email_addresses').where('key', '=', 'ada@makers.example').execute()
    t.strictSame(await developers(server), [after], 'whose address it is no more')
    await bringIn(server, '{}')
    t.strictSame(await developers(server), [], 'the file names the domain no more')
    t.strictSame(await roleEvents(server), ['developer-given', 'developer-given', 'developer-taken', 'developer-taken'])
  },
)

t.test('by an address; one who has it twice keeps it until both ways are gone', async (t) => {
  const server = await portalServer(t)
  const ada = await newPerson(server, 'ada@makers.example')
  await bringIn(server, '{ addresses: [Ada@makers.example], domains: [makers.example] }')
  t.strictSame(await developers(server), [ada])
  await bringIn(server, '{ domains: [makers.example] }')
  t.strictSame(await developers(server), [ada])
  await bringIn(server, '{}')
  t.strictSame(await developers(server), [])
})

t.test('what is no domain is told where it stands', async (t) => {
  for (const written of ['ada@example.com', 'not a domain', '"@example.com"']) {
    const read = await readCatalogueFile(`developers: { domains: [${written}] }\n`, {})
    t.ok(Array.isArray(read), written)
    t.match(JSON.stringify(read), /is no domain of e-mail addresses/, written)
  }
})

t.test('open to everybody: whoever presses the button is one, and nobody else', async (t) => {
  const server = await portalServer(t)
  const eve = await atPortalAs(server, 'nobody', { email: 'eve@example.com' })
  const press = () => post(eve, '/portal/become-developer')
  t.equal((await press()).statusCode, 403, 'not while it is closed')
  t.strictSame(await developers(server), [])
  t.notMatch((await eve.browser.open('/portal')).body, 'Become a developer')

  await bringIn(server, '{ open: true }')
  t.strictSame(await developers(server), [], 'nobody is one by having an account')
  const page = await eve.browser.open('/portal')
  t.match(page.body, 'Become a developer')
  const done = await eve.browser.submit(page, '/become-developer')
  t.match(done.body, /You are a developer now/)
  t.strictSame(await developers(server), [eve.personId])
  t.strictSame(await roleEvents(server), ['developer-given'])
  t.equal((await press()).statusCode, 303, 'sent again it is the same')
  t.strictSame(await roleEvents(server), ['developer-given'])

  await bringIn(server, '{}')
  t.strictSame(await developers(server), [eve.personId], 'who is one stays one')
  const late = await atPortalAs(server, 'nobody', { email: 'late@example.com' })
  t.equal((await post(late, '/portal/become-developer')).statusCode, 403)
})

t.test('a GET, and a form of another page, make nobody one', async (t) => {
  const server = await portalServer(t)
  await bringIn(server, '{ open: true }')
  const eve = await atPortalAs(server, 'nobody')
  t.equal((await eve.browser.request('GET', '/portal/become-developer')).statusCode, 405)
  t.equal((await post({ ...eve, csrf: 'x' }, '/portal/become-developer')).statusCode, 403)
  t.strictSame(await developers(server), [])
})

t.test('by an invitation, from when its address is proven; who may not give roles invites no developer', async (t) => {
  const server = await mailServer(t)
  const { db, app } = server
  const strong = await machine(server, ['people:write', 'roles:write'])
  const weak = await machine(server, ['people:write'])
  const body = { email: 'new@example.com', developer: true }
  t.equal((await weak.ask('POST', '/people', { body })).statusCode, 403)
  const invited = await strong.ask('POST', '/people', { body })
  t.match([invited.statusCode, invited.json()], [201, { developer: true }])
  t.strictSame(await developers({ db }), [])
  const [mail] = await server.mailbox.deliver(server)
  const browser = new Browser(app)
  const link = (mail?.link ?? '').replace(ISSUER, '')
  const choose = await browser.submit(await browser.open(link), '/prove')
  await browser.submit(choose, '/new-password', { password: NEW_PASSWORD })
  t.strictSame(await developers({ db }), [invited.json().person_id])
})

t.test('the account leads to the portal whoever has a role there, and nobody else; `/` leads everybody', async (t) => {
  const server = await portalServer(t)
  const ada = await atPortalAs(server, 'developer')
  const eve = await atPortalAs(server, 'nobody')
  t.match((await ada.browser.open('/account')).body, 'href="/portal"')
  t.notMatch((await eve.browser.open('/account')).body, 'href="/portal"')
  t.match((await server.app.inject('/')).body, 'href="/portal"')
})
