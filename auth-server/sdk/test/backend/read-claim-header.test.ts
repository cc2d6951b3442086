// A backend reads the headers that the gateway makes of claims: decoded, and no half truths.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { type HeaderInput, readClaimHeader, readClaimListHeader } from '../../src/backend/index.ts'

const CLUB = 'X-Authenticated-Club'
const vectors: readonly {
  readonly name: string
  readonly values: readonly string[]
  readonly members?: readonly string[]
  readonly error?: string
}[] = JSON.parse(readFileSync(join(import.meta.dirname, '../support/claim-vectors.json'), 'utf8'))

/** Where Node or fetch has joined values, a comma is a repetition as well. */
function refusals(headers: HeaderInput): readonly (string | undefined)[] {
  try {
    readClaimListHeader(headers, CLUB)
    return []
  } catch (error) {
    const { code } = Object(error)
    return code === 'duplicate_header' ? [code, 'malformed_header'] : [code]
  }
}

t.test('in every shape in which headers come', async (t) => {
  for (const { name, values, members, error } of vectors) {
    const lines = values.map((value): [string, string] => ['x-authenticated-CLUB', value])
    for (const headers of [lines.flat(), lines, { [CLUB]: values }] as const) {
      if (error === undefined) t.strictSame(readClaimListHeader(headers, CLUB), members, name)
      else
        t.ok(
          refusals(headers).some((code) => code === error),
          name,
        )
    }
  }
})

t.test('of one that is no list the one value; of a list it is an error', async (t) => {
  t.equal(readClaimHeader({ [CLUB]: 'Z%C3%BCrich' }, CLUB), 'Zürich')
  t.equal(readClaimHeader({}, CLUB), undefined)
  t.throws(() => readClaimHeader({ [CLUB]: 'chess go' }, CLUB), { code: 'malformed_header' })
})

t.test('a value that the gateway would not send is none', async (t) => {
  for (const value of ['a%20b', 'a%40example.com', '%2B49170', 'a%0D%0AX', 'x'.repeat(65), '%E2%80%AE', '%61'])
    t.throws(() => readClaimHeader({ [CLUB]: value }, CLUB), { code: 'malformed_header' }, value)
})

t.test('a header that clients can send, or that tells who calls, is not read', async (t) => {
  for (const name of ['Club', 'X-Club', 'X-Authenticated-UserId', 'X-Authenticated-Groups', 'X_Authenticated_Club'])
    t.throws(() => readClaimHeader({ [name]: 'go' }, name), TypeError, name)
})
