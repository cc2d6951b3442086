// kong.yml as the embedded gateway reads it: defaults, every mistake at once, and what it refuses rather than ignores.
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { parseKongConfig } from '../../gateway/config/kong-config.ts'
import { KongFileError } from '../../gateway/config/kong-file-error.ts'
import { pluginsFor } from '../../gateway/life/plugin-chain.ts'
import { startBackend } from './support/backend.ts'
import { pluginInfos, startFront } from './support/front.ts'

const infos = await pluginInfos
function parse(body: string) {
  return parseKongConfig(`_format_version: "3.0"\n${body}`, infos)
}

function problemsOf(body: string): string[] {
  try {
    parse(body)
    return []
  } catch (error) {
    if (!(error instanceof KongFileError)) throw error
    return error.problems.map(({ line, text }) => `${line}: ${text}`)
  }
}

t.test('the project’s own kong.yml has nothing that is refused or left out', async (t) => {
  const text = await readFile(new URL('../../../kong.yml', import.meta.url), 'utf8')
  process.env.GATEWAY_CLIENT_SECRET = 'secret'
  const config = parseKongConfig(text, infos)
  t.same([config.refusals, config.notices], [[], []])
  const names = config.plugins.map(({ name, priority }) => [name, priority])
  t.same(names, [
    ['pre-function', 1_000_000],
    ['mobile-gateway', 1420],
    ['mobile-metadata', 1410],
    ['post-function', -1000],
  ])
  const [route] = config.routes
  t.match(route, { name: 'mobile-api', paths: ['/mobile'], stripPath: true, preserveHost: false, pathHandling: 'v0' })
  t.match(route?.service, { protocol: 'http', host: 'mobile-api', port: 3000, retries: 1, readTimeout: 30_000 })
})

t.test('unset fields take Kong’s defaults', async (t) => {
  const [route] = parse('services: [{ name: s, url: "https://h/base", routes: [{ paths: [/a] }] }]').routes
  t.match(route, { protocols: ['http', 'https'], stripPath: true, regexPriority: 0, httpsRedirectStatus: 426 })
  const timeouts = { connectTimeout: 60_000, readTimeout: 60_000, writeTimeout: 60_000 }
  t.match(route?.service, { host: 'h', port: 443, path: '/base', retries: 5, tlsVerify: false, ...timeouts })
})

t.test('all problems are reported together, each with its line', async (t) => {
  t.same(
    problemsOf(`services:
- name: s
  hots: x
  retries: many
  routes:
  - name: r
  - name: r
    paths: [mobile, "~/(a"]
  plugins:
  - name: mobile-gateway
    config: { policy: "", colour: red }
  - config: {}
plugins:
- name: post-function
  service: nobody
  config: { acces: [x] }
things: []
`),
    [
      '3: host: a service needs a host or a url',
      '4: hots: is not a field of a service',
      '5: retries: must be an integer from 0 to 32767',
      '7: route r needs hosts, paths, methods or headers',
      '8: the name r is used twice',
      '9: paths: "mobile" must start with / (prefix) or ~ (regular expression)',
      '9: paths: the embedded gateway does not understand the regular expression "/(a"',
    ].concat([
      '12: mobile-gateway: colour is not a known field',
      '12: mobile-gateway: policy needs at least 1',
      '12: mobile-gateway: issuers is required',
      '12: mobile-gateway: audiences is required',
      '13: a plugin needs a name',
      '16: service: no service of that name exists',
      '17: acces: is not a phase of post-function',
      '18: things: is not a list that Kong knows',
    ]),
  )
  t.match(problemsOf('services: [').join(), /line|flow|expected/i)
  for (const version of ['"1.1"', '"2.1"', '"3.0"'])
    t.same(parseKongConfig(`_format_version: ${version}`, infos).routes, [], `Kong takes ${version}`)
  for (const version of ['"1.0"', '"3.1"', '3.0', '2.1', 'null'])
    t.throws(
      () => parseKongConfig(`_format_version: ${version}`, infos),
      /must be one of the texts "1.1", "2.1", "3.0"/,
    )
  const twice = 'plugins: [{ name: pre-function, config: {} }, { name: pre-function, config: {} }]'
  t.match(problemsOf(twice), [/configured twice/])
})

t.test('watchers are left out with a notice', async (t) => {
  const { notices, refusals } =
    parse(`plugins: [{ name: prometheus }, { name: file-log, config: { path: /dev/stdout } }]
consumers: [{ username: u }]`)
  t.match(
    notices.map(({ text }) => text),
    [/of consumers only the names are read/, /prometheus only watches/, /file-log only watches/],
  )
  t.same(refusals, [])
})

t.test('what could decide about access and is not supported closes the routes it covers: 501', async (t) => {
  const backend = await startBackend(t)
  const service = (name: string, more: string, route = ''): string =>
    `- { name: ${name}, url: "${backend.url}", ${more} routes: [{ name: ${name}, paths: [/${name}] ${route} }] }`
  const yaml = `_format_version: "3.0"
services:
${service('open', '')}
${service('plugin', 'plugins: [{ name: key-auth }],')}
${service('disabled', 'plugins: [{ name: key-auth, enabled: false }],')}
${service('phase', 'plugins: [{ name: post-function, config: { body_filter: ["local x"] } }],')}
${service('call', 'plugins: [{ name: post-function, config: { access: ["kong.cache:get(1)"] } }],')}
${service('vault', 'plugins: [{ name: post-function, config: { access: ["{vault://env/x}"] } }],')}
${service('field', 'client_certificate: { id: x },')}
${service('route', '', ', snis: [a.example]')}
${service('consumer', 'plugins: [{ name: post-function, consumer: u, config: { access: ["local x"] } }],')}
- { name: balanced, host: pool, routes: [{ name: balanced, paths: [/balanced] }] }
upstreams: [{ name: pool, targets: [{ target: "127.0.0.1:1" }] }]
`
  const front = await startFront(t, 'embedded', { yaml, socketPath: '/tmp/none.sock' })
  const log = await front.log()
  for (const open of ['open', 'disabled']) t.equal((await fetch(`${front.url}/${open}`)).status, 200, open)
  backend.seen.length = 0
  const closed: [string, RegExp][] = [
    ['plugin', /plugin key-auth: not supported by the embedded gateway/],
    ['phase', /post-function in body_filter/],
    ['call', /post-function calling kong.cache/],
    ['vault', /the reference {vault:\/\/env\/x}/],
    ['field', /services with client_certificate/],
    ['route', /routes with snis/],
    ['consumer', /plugins with consumer/],
    ['balanced', /upstream pool/],
  ]
  for (const [name, reason] of closed) {
    const answer = await fetch(`${front.url}/${name}`)
    t.equal(answer.status, 501, name)
    t.match(await answer.text(), reason)
    t.match(log, reason, 'and the log says so at start')
  }
  t.same(backend.seen, [])
})

t.test('an unsupported global plugin closes everything', async (t) => {
  const backend = await startBackend(t)
  const yaml = `_format_version: "3.0"
plugins: [{ name: ip-restriction, config: { deny: ["0.0.0.0/0"] } }]
services: [{ name: s, url: "${backend.url}", routes: [{ paths: [/] }] }]`
  const front = await startFront(t, 'embedded', { yaml, socketPath: '/tmp/none.sock' })
  t.equal((await fetch(front.url)).status, 501)
  t.same(backend.seen, [])
})

t.test('of several configs of a plugin the most specific one runs, whatever the order in the file', async (t) => {
  const code = (name: string): string => `name: post-function, config: { access: ["-- ${name}"] }`
  const config = parse(`
plugins:
- { ${code('global')} }
- { ${code('route and service')}, route: both, service: s }
services:
- name: s
  host: h
  plugins: [{ ${code('service')} }]
  routes:
  - { name: both, paths: [/both], plugins: [{ ${code('route')} }] }
  - { name: own, paths: [/own], plugins: [{ ${code('own')} }] }
  - { name: plain, paths: [/plain] }
routes: [{ name: free, paths: [/free] }]
`)
  const chosen = config.routes.map((route) => {
    const [plugin] = pluginsFor(config.plugins, route)
    return [route.name, plugin?.kind === 'lua' ? plugin.code.get('access')?.[0] : undefined]
  })
  t.same(chosen, [
    ['both', '-- route and service'],
    ['own', '-- own'],
    ['plain', '-- service'],
    ['free', '-- global'],
  ])
})

t.test('Lua that does not compile stops the start, with the place', async (t) => {
  const yaml = `_format_version: "3.0"\nplugins: [{ name: post-function, config: { access: ["if"] } }]`
  await t.rejects(startFront(t, 'embedded', { yaml, socketPath: '/tmp/none.sock' }), /post-function.access\[1\]:1:/)
})
