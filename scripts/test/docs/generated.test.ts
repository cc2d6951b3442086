// The references that are made from the code: complete, readable as Markdown, and told apart when they are stale.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SETTINGS } from '@mobile-api-gateway/auth-server/config/settings.ts'
import { PLUGINS } from '@mobile-api-gateway/kong-plugins/plugins.ts'
import t from 'tap'
import { configurationReference } from '../../docs/configuration.ts'
import { staleFiles, writeStaleFiles } from '../../docs/generated-files.ts'
import { pluginFields } from '../../docs/plugin-fields.ts'

t.test('a file that is missing or says something else is stale, until it is written', async (t) => {
  const root = t.testdir({ docs: { 'same.md': 'same\n', 'changed.md': 'before\n' } })
  const wanted = new Map([
    ['docs/same.md', 'same\n'],
    ['docs/changed.md', 'after\n'],
    ['elsewhere/docs/missing.md', 'new\n'],
  ])
  const stale = ['docs/changed.md', 'elsewhere/docs/missing.md']
  t.strictSame(staleFiles(root, wanted), stale)
  t.equal(readFileSync(join(root, 'docs/changed.md'), 'utf8'), 'before\n', 'looking changes nothing')
  t.strictSame(writeStaleFiles(root, wanted), stale)
  t.strictSame(staleFiles(root, wanted), [])
  t.equal(readFileSync(join(root, 'elsewhere/docs/missing.md'), 'utf8'), 'new\n')
})

t.test('the configuration reference has a row for every setting: meaning, unit, default', async (t) => {
  const text = configurationReference(SETTINGS)
  const rows = text.split('\n').filter((line) => line.startsWith('| `'))
  t.strictSame(
    rows.map((line) => /`(\w+)`/.exec(line)?.[1]).toSorted(),
    Object.values(SETTINGS)
      .map(({ variable }) => variable)
      .toSorted(),
  )
  t.match(text, /^\| `DRAIN_SECONDS` \| How long [^|]+ \| seconds \| `3` \|$/m)
  t.match(text, /^\| `TOKEN_SECRET` \| [A-Z][^|]+ \| \*\*required\*\* \|$/m)
})

t.test('what would break a table or begin HTML is escaped', async (t) => {
  const parse = (value: string) => ({ value })
  const made = { variable: 'MADE_UP', description: 'One | two, <three>, but `<four>`', byDefault: '', parse }
  t.match(configurationReference({ made }), '| `MADE_UP` | One \\| two, &lt;three>, but `<four>`. |  |  |\n')
})

t.test('the reference of fields has every field of every plugin, described', async (t) => {
  const sections = new Map(
    pluginFields(PLUGINS)
      .split(/^## /m)
      .slice(1)
      .map((section) => [/^\S+/.exec(section)?.[0] ?? '', section]),
  )
  t.strictSame(
    [...sections.keys()],
    PLUGINS.map(({ name }) => name),
  )
  for (const { name, schema } of PLUGINS) {
    const section = sections.get(name) ?? ''
    t.notMatch(section, /undefined|^\| [^|]+\| +\|/m, `${name}: everything has a description`)
    for (const field of (schema.fields ?? []).flatMap((its) => Object.keys(its)))
      t.ok(section.includes(`\`${field}\``), `${name}.${field}`)
  }
  const gateway = sections.get('mobile-gateway') ?? ''
  t.match(gateway, /^\| `leeway_seconds` \| [^|]+ \| 0 to 60 \| `5` \|$/m)
  t.match(gateway, /^\| `issuers\[\]\.jwks_uri` \| [^|]+ \| text \| \*\*required\*\* \|$/m)
  t.match(gateway, /^\| `issuers\[\]\.revocations\.client_secret` \| [^|]+ \| secret \| \*\*required\*\* \|$/m)
  t.match(gateway, /^\| `plans\.<name>\.application\.minute` /m)
  t.match(gateway, /^\| `default_limit` \| [^|]*Its fields are those of `plans\.<name>`\. \| record \|/m)
  t.match(gateway, /`redis` is required when `counters` is `redis`/)
})
