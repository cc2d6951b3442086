// Secrets in kong.yml are references; those to environment variables are resolved as Kong does it.
import t from 'tap'
import { parseKongConfig } from '../../gateway/config/kong-config.ts'
import type { PluginInfo } from '../../gateway/config/model/plugin-info.ts'

const secret = { type: 'string', referenceable: true }
const infos: readonly PluginInfo[] = [
  {
    name: 'keeper',
    priority: 1,
    phases: ['access'],
    config: {
      type: 'record',
      fields: [
        { top: secret },
        { plain: { type: 'string' } },
        {
          list: {
            type: 'array',
            elements: { type: 'record', fields: [{ inner: secret }, { name: { type: 'string' } }] },
          },
        },
      ],
    },
  },
]

function parse(config: string) {
  return parseKongConfig(
    `_format_version: "3.0"
services:
- name: s
  host: h
  plugins: [{ name: keeper, config: ${config} }]
  routes: [{ paths: [/] }]`,
    infos,
  )
}
function configOf(config: string) {
  const [plugin] = parse(config).plugins
  return plugin?.kind === 'external' ? plugin.config : undefined
}

process.env.VAULT_TEST_SECRET = 'from the environment'
t.teardown(() => {
  delete process.env.VAULT_TEST_SECRET
})

t.test('a reference to an environment variable is what the variable holds, also deep inside', async (t) => {
  t.strictSame(
    configOf('{ top: "{vault://env/vault-test-secret}", list: [{ inner: "{vault://env/VAULT_TEST_SECRET}" }] }'),
    {
      top: 'from the environment',
      list: [{ inner: 'from the environment' }],
    },
  )
  t.strictSame(configOf('{ top: plain text, list: [{ name: a }] }'), { top: 'plain text', list: [{ name: 'a' }] })
})

t.test('a variable that is not set reads as empty, and is told with its line', async (t) => {
  const { plugins, notices, refusals } = parse('{ list: [{ inner: "{vault://env/not-set-at-all}" }] }')
  t.match(plugins, [{ config: { list: [{ inner: '' }] } }])
  t.match(notices, [{ line: 5, text: /list\.0\.inner: the environment variable NOT_SET_AT_ALL is not set/ }])
  t.strictSame(refusals, [])
})

t.test('other vaults, keys within a value, and references where Kong resolves none close the routes', async (t) => {
  for (const config of [
    '{ top: "{vault://aws/secret}" }',
    '{ top: "{vault://env/vault-test-secret/key}" }',
    '{ top: "{vault://env/vault-test-secret?prefix=x}" }',
    '{ plain: "{vault://env/vault-test-secret}" }',
    '{ list: [{ name: "{vault://env/vault-test-secret}" }] }',
  ]) {
    const { plugins, refusals } = parse(config)
    t.match(refusals, [{ remark: { text: /^the reference {vault:/ } }], config)
    t.strictSame(plugins, [])
  }
})
