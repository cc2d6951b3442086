// The delivered guard compares the policy with the name of the service: one text for all services, and closed where a name is missing.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { checkKongText } from '../../check/check.ts'
import { separateKongYml } from './support/separate-plugins.ts'

const kongYml = readFileSync(join(import.meta.dirname, '../../../kong.yml'), 'utf8')
const delivered = [kongYml, separateKongYml]

async function problems(text: string): Promise<string[]> {
  return (await checkKongText('f', text)).map(({ problem, instead }) => `${problem}. ${instead}`)
}

/** Changes a text, and fails where there is nothing to change. */
function edit(text: string, before: string, after: string): string {
  const edited = text.replace(before, () => after)
  if (edited === text) throw new Error(`${before} is not there`)
  return edited
}

const ORDERS = `- name: orders
  url: http://orders:8080
  retries: 1
  routes: [{ name: orders, paths: [/orders] }]
  plugins:
  - name: mobile-gateway
    config: { policy: orders, issuers: [{ issuer: "http://a", jwks_uri: "http://a/jwks" }], audiences: ["http://b"] }
  - { name: post-function, config: { access: [*guard] } }
`

function withOrders(entry = ORDERS): string {
  return edit(kongYml, '\n# Where apps read', `${entry}\n# Where apps read`)
}

t.test('one guard serves all services, each under a policy of its own name', async (t) => {
  t.strictSame(await problems(withOrders()), [])
})

t.test('a service and its policy with different names', async (t) => {
  const says = (owner: string, policy: string, service: string): RegExp =>
    new RegExp(
      `^the guard on route \\S+ expects a policy of the service's name, but plugin ${owner} has ${policy}, and ${service}: every call would be refused. ` +
        `one name for both: policy: ${policy} in a service with name: ${policy}$`,
    )
  const rows: readonly [string, string, RegExp][] = [
    [
      'renamed',
      edit(kongYml, '- name: mobile-api # (3)', '- name: mobile'),
      says('mobile-gateway', 'mobile-api', 'its service is called mobile'),
    ],
    [
      'without a name',
      edit(kongYml, '- name: mobile-api # (3)\n  url', '- url'),
      says('mobile-gateway', 'mobile-api', 'its service has no name'),
    ],
    [
      'another policy',
      withOrders(edit(ORDERS, 'policy: orders', 'policy: mobile-api')),
      says('mobile-gateway', 'mobile-api', 'its service is called orders'),
    ],
    [
      'a name that would be a pattern of it',
      edit(kongYml, '- name: mobile-api # (3)', '- name: mobile.api'),
      says('mobile-gateway', 'mobile-api', 'its service is called mobile.api'),
    ],
    [
      'the separate plugins',
      edit(separateKongYml, '- name: mobile-api # (3)', '- name: mobile'),
      says('mobile-token', 'mobile-api', 'its service is called mobile'),
    ],
  ]
  for (const [name, text, words] of rows) t.match(await problems(text), [words], name)
})

t.test('no service bears the name by which calls without a token pass', async (t) => {
  const text = edit(kongYml, '- name: mobile-api # (3)', '- name: mobile-api/anonymous')
  t.match(await problems(text), [/^service\.name may hold letters, digits and \. - _ ~ only/])
})

t.test('a route with the plugin of another service', async (t) => {
  const plugins = ORDERS.slice(ORDERS.indexOf('  plugins:'))
  const route = `\n  routes:\n  - name: orders\n    paths: [/orders]\n${plugins.replace(/^(?=.)/gm, '  ')}`
  const text = edit(kongYml, '\n  routes:\n', route)
  t.match(await problems(text), [
    /^the guard on route orders expects a policy of the service's name, but plugin mobile-gateway has orders, and its service is called mobile-api/,
  ])
})

const CARELESS = `
      - |
        local policy = tostring(ngx.var.http_x_mobile_gateway):match("^([%w/-]+);")
        local service = kong.router.get_service()
        if policy ~= (service and service.name) then return kong.response.exit(503) end
        ngx.req.clear_header("x-mobile-gateway")
        ngx.req.clear_header("x-mobile-gateway-caller")`

t.test('a guard that takes no name for the name of nothing', async (t) => {
  const says = /it lets pass a request to a service without a name, a request to no service\./
  t.match(await problems(edit(kongYml, ' [*guard]\n\n#', `${CARELESS}\n\n#`)), [says])
  t.match(await problems(edit(separateKongYml, 'type(expected) ~= "string" or not passed_as', 'not passed_as')), [says])
})

t.test('a guard with the name of its policy written out stays right', async (t) => {
  for (const text of delivered) {
    const fixed = text.replaceAll('= service and service.name', '= service and "mobile-api"')
    t.strictSame(await problems(fixed), [])
    t.strictSame(await problems(edit(fixed, '- name: mobile-api # (3)', '- name: renamed')), [])
  }
})
