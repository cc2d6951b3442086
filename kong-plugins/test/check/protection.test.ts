// The checker runs the guard and the stripping function on probes, and finds every way around them that kong.yml can open.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { checkKongText } from '../../check/check.ts'
import { KONGS_HEADERS } from '../../check/stripping.ts'
import { IDENTITY_HEADERS } from '../../src/stages/identity/identity.ts'
import { separateKongYml } from './support/separate-plugins.ts'

const kongYml = readFileSync(join(import.meta.dirname, 'samples/protected.yml'), 'utf8')

async function problems(text: string): Promise<string[]> {
  return (await checkKongText('f', text)).map(({ line, problem }) => `${line}: ${problem}`)
}

/** Changes a text, and fails where there is nothing to change. */
function edit(text: string, before: string | RegExp, after: string): string {
  const edited = text.replace(before, () => after)
  if (edited === text) throw new Error(`${before} is not there`)
  return edited
}

const guardEntry = / {2}- name: post-function\n[\s\S]*?\n(?=\n|$)/
const strippingEntry = /- name: pre-function\n[\s\S]*?(?=\nservices:)/
function atService(entry: string): string {
  return edit(kongYml, '  # The guard', `${entry}\n  # The guard`)
}
function atRoute(entry: string): string {
  return edit(kongYml, '    protocols: [http, https]', `    plugins: [${entry}]`)
}

t.test('a guard that is missing, that is off, or that does not guard', async (t) => {
  const rows: [string, string, RegExp][] = [
    [
      'none',
      edit(kongYml, guardEntry, ''),
      /has no guard \(post-function\), so it is open as soon as that plugin does not run/,
    ],
    [
      'switched off',
      edit(kongYml, '  - name: post-function', '  - name: post-function\n    enabled: false'),
      /has no guard/,
    ],
    [
      'another policy',
      edit(kongYml, 'policy ~= "mobile-api"', 'policy ~= "other"'),
      /does not work: it refuses \(503\) what policy mobile-api let pass/,
    ],
    [
      'asks for nothing',
      edit(
        edit(kongYml, guardEntry, '  - { name: post-function, config: { access: ["return"] } }\n'),
        '["return"]',
        `['kong.service.request.clear_header("x-mobile-gateway")']`,
      ),
      /it lets pass a request that no plugin has verified, a mark that is none, the mark of another policy/,
    ],
    [
      'only looks for a mark',
      edit(kongYml, 'policy ~= "mobile-api"', 'not policy'),
      /it lets pass the mark of another policy/,
    ],
    [
      'leaves the mark',
      edit(kongYml, 'kong.service.request.clear_header("x-mobile-gateway")', ''),
      /it leaves the mark in the request to the backend/,
    ],
    [
      'is broken',
      edit(kongYml, 'kong.service.request.clear_header("x-mobile-gateway")', 'kong.nothing.at_all()'),
      /it fails: /,
    ],
    [
      'for streams only',
      edit(kongYml, '  - name: post-function', '  - name: post-function\n    protocols: [tcp]'),
      /has no guard/,
    ],
  ]
  for (const [name, text, words] of rows) t.match(await problems(text), [words], name)
})

t.test('calls without a token pass only where plugin and guard both say so', async (t) => {
  const guard = edit(
    kongYml,
    'if policy ~= "mobile-api" then',
    'if policy ~= "mobile-api" and policy ~= "mobile-api/anonymous" then',
  )
  const plugin = (text: string): string =>
    edit(text, 'policy: mobile-api # (3)', 'policy: mobile-api\n      anonymous: true')
  t.match(await problems(guard), [/it lets pass a call without a token, which the plugin would refuse/])
  t.match(await problems(plugin(kongYml)), [
    /it refuses calls without a token, which its plugin lets pass as mobile-api\/anonymous/,
  ])
  t.strictSame(await problems(plugin(guard)), [])
})

t.test('a guard that another function displaces', async (t) => {
  const other = '{ name: post-function, config: { header_filter: ["kong.response.set_header(\\"a\\", \\"b\\")"] } }'
  t.match(await problems(atRoute(other)), [/takes the place of the guard on route mobile-api/], 'on the route')
  const consumer = `${kongYml}\nconsumers:\n- username: vip\n  plugins: [${other}]\n`
  t.match(
    await problems(consumer),
    [/post-function inside a consumer is taken by Kong, and never run/],
    'for one consumer',
  )
  const both = edit(
    kongYml,
    '      access:\n      - |\n        local mark',
    '      header_filter: [ "return" ]\n      access:\n      - |\n        local mark',
  )
  t.strictSame(await problems(both), [], 'beside the guard, in one entry, all is well')
})

t.test("a guard of another service's policy", async (t) => {
  const [service = ''] = /- name: mobile-api\n[\s\S]*?\n(?=\n)/.exec(kongYml) ?? []
  const twin = service
    .replace('- name: mobile-api', '- name: twin')
    .replace('  - name: mobile-api', '  - name: twin')
    .replace('[/mobile]', '[/twin]')
    .replace('policy: mobile-api', 'policy: twin')
  t.match(await problems(edit(kongYml, service, `${service}${twin}`)), [
    /the guard on route twin expects policy mobile-api, but plugin mobile-gateway has twin/,
  ])
})

t.test('a stripping function that is missing, not global, or that does not strip', async (t) => {
  const stripping = strippingEntry.exec(kongYml)?.[0] ?? ''
  const without = edit(kongYml, strippingEntry, '- name: cors')
  const local = edit(
    without,
    '  plugins:\n  # Verifies',
    `  plugins:\n  ${stripping.trimEnd().replaceAll('\n', '\n  ')}\n  # Verifies`,
  )
  const rows: [string, string, RegExp][] = [
    ['none', without, /nothing removes the mark and the identity headers/],
    ['at the service', local, /this pre-function is not global/],
    ['forgets underscores', edit(kongYml, ':gsub("[^%w]", "-")', ''), /it lets clients send X_Mobile_Gateway/],
    [
      'forgets the mark',
      edit(kongYml, 'name:find("^x%-mobile%-gateway") or ', ''),
      /it lets clients send X-Mobile-Gateway, X-MOBILE-GATEWAY/,
    ],
    [
      'knows no issuers and no secrets yet',
      edit(
        edit(kongYml, 'name:find("^x%-gateway%-") or ', ''),
        'name:find("^x%-authenticated%-")',
        'name == "x-authenticated-userid" or name == "x-authenticated-scope" or name == "x-authenticated-groups"',
      ),
      /it lets clients send X-Gateway-Secret, .*X_Gateway_Secret, .*X-Authenticated-Issuer, .*X_Authenticated_Issuer/,
    ],
    [
      'forgets the header of a secret',
      edit(
        edit(kongYml, 'name:find("^x%-gateway%-")', 'name == "x-gateway-secret"'),
        'policy: mobile-api # (3)',
        'policy: mobile-api\n      backend_secret: "{vault://env/s}"\n      backend_secret_header: X-Gateway-Proof',
      ),
      /it lets clients send X-Gateway-Proof, .*X_Gateway_Proof/,
    ],
    [
      'forgets one identity header',
      edit(kongYml, 'name:find("^x%-credential%-")', 'name == "x-credential-id"'),
      /it lets clients send X-Credential-Identifier/,
    ],
    [
      'forgets Connection',
      edit(kongYml, 'if not harmless', 'if false and not harmless'),
      /dropped by naming them in Connection: X-Mobile-Gateway, X-Mobile-Gateway-Caller, X-Gateway-Secret, X-Authenticated-UserId/,
    ],
    [
      'reads a hundred headers only',
      edit(kongYml, 'ngx.req.get_headers(0)', 'ngx.req.get_headers()'),
      /it lets clients send/,
    ],
    [
      'strips too much',
      edit(kongYml, 'elseif reserved(plain)', 'elseif reserved(plain) or plain == "authorization"'),
      /it removes Authorization/,
    ],
    [
      'refuses everybody',
      edit(kongYml, 'harmless[option:lower()]', 'harmless[option]').replace('["keep-alive"] = true,', ''),
      /it answers an ordinary request with 400/,
    ],
  ]
  for (const [name, text, words] of rows) t.match((await problems(text)).join('\n'), words, name)
})

t.test('where scopes depend on the method, clients may not send another one in a header', async (t) => {
  const off = edit(kongYml, 'or names_another_method(plain)', '')
  t.strictSame(await problems(off), [], 'no scopes by method')
  const scoped = (text: string): string => edit(text, 'method_scopes: {}', 'method_scopes: { POST: [orders:write] }')
  t.match(await problems(scoped(off)), [/it lets clients send X-HTTP-Method-Override, /])
  t.strictSame(await problems(scoped(kongYml)), [])
})

t.test('another plugin that says who calls, beside a guard that does not put it right', async (t) => {
  const keyAuth = '  - { name: key-auth, config: { anonymous: nobody } }'
  const everywhere = edit(kongYml, 'plugins:\n', 'plugins:\n- { name: jwt }\n')
  const wrong =
    /on route mobile-api tells the backend of somebody else, and the guard there does not put it right: X-Authenticated-UserId, /
  t.match(await problems(atService(keyAuth)), [wrong], 'at the service')
  t.match(await problems(everywhere), [wrong], 'everywhere')
  t.match(await problems(edit(atService(keyAuth), '{ name: key-auth,', '{ name: key-auth, enabled: false,')), [], 'off')
  const ours = readFileSync(join(import.meta.dirname, '../../../kong.yml'), 'utf8')
  const beside = (gateway: string): string =>
    edit(
      edit(ours, '  # The guard', `${keyAuth}\n  # The guard`),
      'policy: mobile-api # (3)',
      `policy: mobile-api${gateway}`,
    )
  t.strictSame(await problems(beside('')), [], 'the guard of kong.yml puts it right')
  t.match(await problems(beside('\n      kong_consumer: virtual')), [
    /key-auth on route mobile-api tells Kong of somebody else after plugin mobile-gateway has/,
  ])
})

t.test('a guard that puts all identity headers right but one', async (t) => {
  const gateway = readFileSync(join(import.meta.dirname, '../../../kong.yml'), 'utf8')
  for (const ours of [gateway, separateKongYml])
    for (const header of [...IDENTITY_HEADERS, ...KONGS_HEADERS]) {
      const beside = edit(ours, '  # The guard', '  - { name: key-auth }\n  # The guard')
      const found = await problems(edit(beside, new RegExp(`"${header}"`, 'g'), '"X-Other"'))
      t.match(found, [new RegExp(`the guard there does not put it right: ${header}$`)], header)
    }
})

t.test('the delivered guards name the identity headers that our plugins write, and Kong’s own', async (t) => {
  const gateway = readFileSync(join(import.meta.dirname, '../../../kong.yml'), 'utf8')
  for (const ours of [gateway, separateKongYml]) {
    const [, list = ''] = /local identity = \{([^}]*)\}/.exec(ours) ?? []
    const named = [...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name)
    t.strictSame(named.toSorted(), [...IDENTITY_HEADERS, 'X-Consumer-ID'].toSorted())
  }
})

t.test('preflights that would need a token', async (t) => {
  const cors = (value: boolean): string =>
    atService(`  - { name: cors, config: { origins: [https://app.example], preflight_continue: ${value} } }`)
  t.strictSame(await problems(cors(false)), [])
  t.match(await problems(cors(true)), [/cors on route mobile-api hands preflights on, and as they carry no token/])
})

t.test('a plugin that answers before the guard', async (t) => {
  const lambda = '  - { name: aws-lambda, config: { function_name: f, aws_region: eu-west-1 } }'
  t.match(await problems(atService(lambda)), [
    /aws-lambda on route mobile-api answers before the guard is asked: where the verifying plugin does not run, anybody gets a function's result/,
  ])
  t.match(await problems(atRoute('{ name: request-termination }')), [/request-termination on route mobile-api answers/])
  t.match(
    await problems(edit(kongYml, 'plugins:\n', 'plugins:\n- { name: redirect, config: { location: "https://a" } }\n')),
    [/redirect on route/],
    'global',
  )
  t.strictSame(
    await problems(atService(`  - { name: acl, config: { allow: [a] } }\n${lambda}`)),
    [],
    'acl refuses by itself',
  )
})

t.test('a cache that mixes users', async (t) => {
  const cache = (config: string): string =>
    atService(
      `  - { name: acl, config: { allow: [a] } }\n  - { name: proxy-cache, config: { strategy: memory${config} } }`,
    )
  const mixes = [/proxy-cache on route mobile-api does not tell users apart/]
  t.match(await problems(cache('')), mixes)
  t.match(await problems(cache(', vary_headers: [X-Authenticated-UserId]')), mixes, 'the same user through another app')
  t.strictSame(await problems(cache(', vary_headers: [X-Authenticated-UserId, X-Consumer-Username]')), [])
  const withConsumers = (kind: string): string =>
    edit(cache(''), 'policy: mobile-api # (3)', `policy: mobile-api\n      kong_consumer: ${kind}`)
  t.strictSame(await problems(withConsumers('virtual')), [], 'a consumer for each user of each application')
  t.match(await problems(withConsumers('real')), mixes, 'a consumer for all users of an application')
})

t.test("request-transformer that writes the gateway's headers, and retries", async (t) => {
  const transformer = (config: string): string => atService(`  - { name: request-transformer, config: { ${config} } }`)
  t.match(await problems(transformer('add: { headers: ["X-Authenticated-UserId:admin"] }')), [
    /request-transformer writes X-Authenticated-UserId/,
  ])
  t.match(await problems(transformer('append: { headers: ["X-Gateway-Proof:x"] }')), [/writes X-Gateway-Proof/])
  t.match(await problems(atService('  - { name: correlation-id, config: { header_name: X-Authenticated-Issuer } }')), [
    /correlation-id writes X-Authenticated-Issuer/,
  ])
  t.match(await problems(transformer('rename: { headers: ["X-Mine:x_consumer_username"] }')), [
    /writes x_consumer_username/,
  ])
  t.match(await problems(transformer('replace: { headers: ["X-Mobile-Gateway:mobile-api;1;1;1;a"] }')), [
    /writes X-Mobile-Gateway/,
  ])
  t.strictSame(
    await problems(transformer('add: { headers: ["X-Stage:beta"] }, remove: { headers: [X-Consumer-ID] }')),
    [],
  )
  t.match(await problems(edit(kongYml, '  retries: 1\n', '')), [
    /is asked again up to 5 times \(retries: 5, Kong's default\)/,
  ])
  t.match(await problems(edit(kongYml, 'retries: 1\n', 'retries: 3\n')), [/up to 3 times/])
})
