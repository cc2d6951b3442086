// The checker knows claim_headers: their names, the guard that has to know them, and clients and plugins that write them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { checkKongText } from '../../check/check.ts'
import { separateKongYml } from './support/separate-plugins.ts'

const kongYml = readFileSync(join(import.meta.dirname, '../../../kong.yml'), 'utf8')

async function problems(text: string): Promise<string[]> {
  return (await checkKongText('f', text)).map(({ problem, instead }) => `${problem}. ${instead}`)
}

/** Changes a text, and fails where there is nothing to change. */
function edit(text: string, before: string | RegExp, after: string): string {
  const edited = text.replace(before, () => after)
  if (edited === text) throw new Error(`${before} is not there`)
  return edited
}

const CLUB = '{ claim: club, header: X-Authenticated-Club }'
function telling(text: string, ...entries: readonly string[]): string {
  return edit(text, 'policy: mobile-api # (3)', `policy: mobile-api\n      claim_headers: [${entries.join(', ')}]`)
}
const delivered = [kongYml, separateKongYml]

t.test('the delivered guards put them right', async (t) => {
  for (const text of delivered)
    t.strictSame(
      await problems(telling(text, CLUB, '{ claim: tier, header: X-Authenticated-Tier, required: true }')),
      [],
    )
})

t.test('a guard from before knows nothing of them', async (t) => {
  const loop = /\n *for name in \(caller\.claims or ""\):gmatch\("\[\^ \]\+"\) do\n.*\n *end/g
  for (const text of delivered) {
    const old = edit(text, loop, '')
    t.strictSame(await problems(old), [], 'which is as good without them')
    t.match(await problems(telling(old, CLUB)), [
      /^the guard on route mobile-api knows nothing of claim_headers: whatever another plugin writes as X-Authenticated-Club would reach the backend\. the guard of this project's/,
    ])
  }
  const sets = 'ngx.req.set_header(name, caller[name])\n    end\n    local consumer'
  const onlySets = edit(kongYml, sets, sets.replace('ngx', 'if caller[name] then ngx').replace('\n', ' end\n'))
  t.match(await problems(telling(onlySets, CLUB)), [/knows nothing of claim_headers/], 'one that clears none')
})

t.test('a stripping function that forgets them', async (t) => {
  const names = ['userid', 'kind', 'attested', 'scope', 'issuer', 'groups'].map(
    (name) => `name == "x-authenticated-${name}"`,
  )
  const forgetful = edit(kongYml, 'name:find("^x%-authenticated%-")', names.join(' or '))
  t.strictSame(await problems(forgetful), [])
  t.match(await problems(telling(forgetful, CLUB)), [
    /it lets clients send X-Authenticated-Club, .*X_Authenticated_Club/,
  ])
})

t.test('other plugins that write X-Authenticated-…, whatever follows', async (t) => {
  const beside = (entry: string) => edit(kongYml, '  # The guard', `  - ${entry}\n  # The guard`)
  t.match(
    await problems(
      beside('{ name: request-transformer, config: { rename: { headers: ["X-Club:X_Authenticated_Club"] } } }'),
    ),
    [/request-transformer writes X_Authenticated_Club/],
  )
  t.match(await problems(beside('{ name: correlation-id, config: { header_name: X-Authenticated-Call } }')), [
    /correlation-id writes X-Authenticated-Call/,
  ])
})

t.test('names are refused with a sentence', async (t) => {
  const rows: readonly (readonly [entry: string, words: RegExp])[] = [
    [
      '{ claim: address, header: X-Authenticated-Address }',
      /claim must not be personal data, since headers reach logs: the backend asks for it by the SDK, .*\. another claim$/,
    ],
    ['{ claim: Work_E-Mail, header: X-Authenticated-Mail }', /claim must not be personal data/],
    ['{ claim: scope, header: X-Authenticated-Rights }', /claim must not be one of the token's own/],
    [
      '{ claim: club, header: X-Authenticated-USERID }',
      /header must not be a header that tells who calls\. another header$/,
    ],
    ['{ claim: club, header: X-Club }', /header must match the Lua pattern/],
    ['{ claim: club }', /header is required/],
    [`${CLUB}, { claim: go, header: X-Authenticated-CLUB }`, /has claim_headers that write X-Authenticated-CLUB twice/],
  ]
  for (const [entry, words] of rows) t.match((await problems(telling(kongYml, entry))).join('\n'), words, entry)
})
