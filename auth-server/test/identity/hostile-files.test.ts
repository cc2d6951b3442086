// Files that mean harm, or were damaged on their way: each entry is a person or one sentence, and no file costs more than its length.
import t from 'tap'
import { NOTHING_COMES_ALONG } from '../../src/identity/import/belongings.ts'
import { importPeople } from '../../src/identity/import/import-people.ts'
import { MAX_ITEM_CHARACTERS, textOf } from '../../src/identity/import/items.ts'
import { SOURCES, type SourceName } from '../../src/identity/import/sources.ts'
import { openerFor } from '../../src/identity/migration/open.ts'
import { findPersonByEmail } from '../../src/store/tables/people.ts'
import { testServer } from '../support/server.ts'

t.setTimeout(120_000)
const { db, config } = await testServer(t)
const { passwordPepper, keyEncryptionKeys } = config

async function run(file: AsyncIterable<Uint8Array>, source: SourceName = 'plain') {
  const told: string[] = []
  const counts = await importPeople(db, textOf(file), {
    ...{ source, passwordPepper, keyEncryptionKeys, trustVerified: false, dryRun: false, firebase: undefined },
    ...{ rules: { ...NOTHING_COMES_ALONG, takesGroups: true }, opener: openerFor(undefined) },
    tell: (sentence) => told.push(sentence),
  })
  return { counts, told }
}

async function* bytes(...parts: readonly (string | Uint8Array)[]) {
  for (const part of parts) yield Buffer.from(part)
}

async function* repeated(text: string, times: number, end = '') {
  const chunk = Buffer.from(text)
  for (let count = 0; count < times; count++) yield chunk
  yield Buffer.from(end)
}

let count = 0

/** Somebody whom nobody knows yet. */
function newcomer(): string {
  return JSON.stringify({ email: `n${count++}@example.com` })
}

t.test('texts that no database keeps are somebody’s mistake, and nobody else’s', async (t) => {
  const email = () => `t${count++}@example.com`
  const rows: readonly (readonly [object, boolean])[] = [
    [{ email: email(), name: 'a\ud800' }, true],
    [{ email: email(), name: 'a\u0000b' }, true],
    [{ email: email(), name: '\u202eAda' }, true],
    [{ email: email(), name: 'x'.repeat(MAX_ITEM_CHARACTERS - 100) }, true],
    [{ email: email(), language: 'd\u0000' }, true],
    [
      { email: email(), claims: { given_name: 'a\udfff', nickname: 'a\u0000', website: 'https://e.example/\ud800' } },
      true,
    ],
    [{ email: email(), claims: { address: { locality: 'a\ud800', street_address: 'a\ud800\nb' } } }, true],
    [{ email: email(), claims: { zoneinfo: '\ud800', phone_number: '+49\u0000' } }, true],
    [
      { email: email(), other_emails: [{ email: 'a\ud800@example.com' }, { email: 'a\u0000@example.com' }, 7, null] },
      true,
    ],
    [
      {
        email: email(),
        groups: ['\ud800', '\u0000', 7, null],
        identities: [null, 7, { issuer: '\u0000', subject: '\ud800' }],
      },
      true,
    ],
    [{ email: email(), registrations: [{ api_id: '\u0000', answers: { x: '\ud800' } }], totp_secret: '\u0000' }, true],
    [{ email: 'a\ud800@example.com' }, false],
    [{ email: 'a\u0000@example.com' }, false],
    [{ email: 'a\u202eb@example.com' }, false],
    [{ email: `${'x'.repeat(MAX_ITEM_CHARACTERS - 100)}@example.com` }, false],
    [{ email: 'a@example.com,b@example.com' }, false],
    [{ email: email(), password_hash: `$pbkdf2-sha256$i=1000$${'A'.repeat(4000)}$${'A'.repeat(43)}` }, false],
    [{ email: email(), password_hash: `$scrypt$ln=1,r=1048576,p=1$AAAA$${'A'.repeat(43)}` }, false],
    [{ email: email(), '\ud800': 1 }, false],
  ]
  for (const [person, isTaken] of rows) {
    const text = JSON.stringify(person)
    const { counts, told } = await run(bytes(`${text}\n${newcomer()}`))
    t.match(counts, { added: isTaken ? 2 : 1, wrong: isTaken ? 0 : 1 }, `${text.slice(0, 100)} ${told.join()}`)
  }
})

t.test('nesting without end is one wrong entry, whatever the system', async (t) => {
  const deep = (open: string, close: string) => open.repeat(200_000) + close.repeat(200_000)
  const array = deep('[', ']')
  const object = deep('{"a":', '}').replace(':}', ':1}')
  for (const source of Object.keys(SOURCES).filter((name): name is SourceName => name in SOURCES)) {
    const named = [
      'users',
      'Users',
      'groups',
      'identities',
      'credentials',
      'claims',
      'fields',
      'traits',
      'Attributes',
      'mfa_factors',
      'factors',
    ]
    for (const inner of [array, object]) {
      const all = Object.fromEntries(named.map((name) => [name, '@@']))
      const entry = JSON.stringify({
        email: `deep${count++}@example.com`,
        ...(source === 'plain' ? { groups: '@@', claims: '@@' } : all),
      })
      const text = `[${entry.replaceAll('"@@"', inner).slice(0, MAX_ITEM_CHARACTERS)}]`
      const { counts } = await run(bytes(text), source)
      t.equal(counts.added + counts.wrong >= 1, true, source)
    }
    const groups = `[{"email":"d${count++}@example.com","fields":{"email":"d${count++}@example.com","groups":[${array}]}}]`
    await t.resolves(run(bytes(groups), source), source)
  }
})

t.test('a line of any length, or a file of blanks, is read in the memory of one entry', async (t) => {
  const mebibyte = 2 ** 20
  const before = process.memoryUsage().rss
  const long = await run(repeated('x'.repeat(mebibyte), 200, `\n${newcomer()}`))
  t.match(long, { counts: { added: 1, wrong: 1 }, told: ['line 1 is too long.'] })
  const blank = await run(repeated(`${' '.repeat(mebibyte - 1)}\n`, 200, newcomer()))
  t.match(blank, { counts: { added: 1, wrong: 0 } })
  const wrong = await run(repeated(' \n'.repeat(1000), 1, '{'))
  t.strictSame(wrong.told, ['line 1001 is no JSON.'])
  const item = await run(repeated('x'.repeat(mebibyte), 20, `"},${newcomer()}]`), 'auth0')
  t.match(item.counts, { added: 0, wrong: 1 }, 'no list begins there')
  const listed = await run(repeated('[{"a":"', 1, `${'x'.repeat(6 * mebibyte)}"},${newcomer()}]`), 'auth0')
  t.match(listed.counts, { added: 1, wrong: 1 })
  t.ok(process.memoryUsage().rss - before < 180 * mebibyte, 'nothing of it is held')
})

t.test('a mark of byte order, ends of lines of other systems, and a file that breaks off', async (t) => {
  const [one, two, three] = [newcomer(), newcomer(), newcomer()]
  t.match(await run(bytes(`\ufeff${one}\r\n\r\n${two}\r\n`)), { counts: { added: 2, wrong: 0 }, told: [] })
  t.match(await run(bytes(`\ufeff[${three},\r\n${three}]`), 'auth0'), { counts: { added: 1, there: 1, wrong: 0 } })
  const four = newcomer()
  t.match(await run(bytes(`${four}\n{"email":"bro`)), { counts: { added: 1 }, told: ['line 2 is no JSON.'] })
  const utf16 = Buffer.from(`\ufeff${newcomer()}`, 'utf16le')
  await t.rejects(run(bytes(utf16)), { message: /not in UTF-8/ })
  const half = Buffer.from('{"email":"ü@example.com"}').subarray(0, 11)
  await t.rejects(run(bytes(half)), { message: /not in UTF-8/ })
})

t.test('broken off in the middle by a failure, and run again: everybody is there once', async (t) => {
  const names = Array.from({ length: 1700 }, (_, index) => `r${index}@example.com`)
  const line = (email: string) => `${JSON.stringify({ email })}\n`
  async function* breaking() {
    yield Buffer.from(names.slice(0, 1200).map(line).join(''))
    throw new Error('the disk is gone')
  }
  await t.rejects(run(breaking()), { message: 'the disk is gone' })
  t.ok(await findPersonByEmail(db, 'r999@example.com'))
  t.notOk(await findPersonByEmail(db, 'r1000@example.com'), 'portions are whole')
  const { counts } = await run(bytes(names.map(line).join('')))
  t.match(counts, { added: 700, there: 1000, wrong: 0 })
})
