// A backend reads who calls from the gateway's headers, in whatever shape they come, and takes no half truths.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { IdentityError } from '../../src/backend/identity-error.ts'
import { readIdentity } from '../../src/backend/read-identity.ts'

interface Vector {
  readonly name: string
  readonly headers: readonly (readonly [string, string])[]
  readonly identity?: Readonly<Record<string, unknown>>
  readonly error?: string
}
const vectors: readonly Vector[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../support/identity-vectors.json'), 'utf8'),
)
const ALICE = vectors[0]?.headers ?? []

function outcome(read: () => object): unknown {
  try {
    return JSON.parse(JSON.stringify(read(), (_, value) => value ?? null))
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error
    return error.code
  }
}

/** As Node and fetch join them. */
function joined(headers: Vector['headers']): Record<string, string> {
  const record: Record<string, string> = {}
  for (const [name, value] of headers) {
    const key = name.toLowerCase()
    record[key] = key in record ? `${record[key]}, ${value}` : value
  }
  return record
}

t.test('every vector, from a list of lines and from joined headers', async (t) => {
  for (const { name, headers, identity, error } of vectors) {
    const wanted = identity ?? error
    t.strictSame(
      outcome(() => readIdentity(headers.flat())),
      wanted,
      name,
    )
    t.strictSame(
      outcome(() => readIdentity(joined(headers))),
      wanted,
      `${name}, joined`,
    )
    t.strictSame(
      outcome(() => readIdentity(headers)),
      wanted,
      `${name}, as pairs`,
    )
  }
})

t.test('headers of the fetch API, and lists of values', async (t) => {
  t.match(readIdentity(new Headers(joined(ALICE))), { kind: 'account', userId: 'usr_alice' })
  const lists = Object.fromEntries(ALICE.map(([name, value]) => [name, [value]]))
  t.match(readIdentity(lists), { kind: 'account', userId: 'usr_alice' })
  lists['X-Authenticated-UserId']?.push('usr_bob')
  t.equal(
    outcome(() => readIdentity(lists)),
    'duplicate_header',
  )
})

t.test('a user id with a comma is one where lines are told apart, and may be two where they are joined', async (t) => {
  const lines = ALICE.map(([name, value]) => [name, name.endsWith('UserId') ? 'doe, jane' : value] as const)
  t.match(readIdentity(lines.flat()), { userId: 'doe, jane' })
  t.equal(
    outcome(() => readIdentity(joined(lines))),
    'duplicate_header',
  )
})

t.test('the secret of the gateway: any of those configured, once, and nothing else', async (t) => {
  const call = (shown: readonly string[], secret: string | readonly string[]) =>
    outcome(() => readIdentity([...ALICE.flat(), ...shown.flatMap((one) => ['X-Gateway-Secret', one])], { secret }))
  t.match(call(['s3cret, with a comma'], 's3cret, with a comma'), { kind: 'account' })
  t.match(call(['new'], ['old', 'new']), { kind: 'account' })
  for (const shown of [[], [''], ['News'], ['new', 'new'], ['new', 'x'], ['new, new']])
    t.equal(call(shown, ['old', 'new']), 'wrong_secret', shown.join('|'))
  t.throws(() => call([''], ''), TypeError, 'an empty secret is none')
  t.throws(() => call(['x'], []), TypeError)
  const named = [...ALICE.flat(), 'X-Proof', 'new']
  t.match(readIdentity(named, { secret: 'new', secretHeader: 'x-proof' }), { kind: 'account' })
})

t.test('what is told is a sentence, and names the header', async (t) => {
  t.throws(() => readIdentity({}), {
    statusCode: 401,
    code: 'no_identity',
    message: 'The call did not come through the gateway: it names no caller: X-Authenticated-Kind is missing.',
    headers: { 'www-authenticate': 'Bearer' },
  })
})
