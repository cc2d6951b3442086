// Which of OpenTelemetry's variables count and how, and what is said of a value that cannot.
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { readTracing } from '../../src/tracing/settings.ts'

const ENDPOINT = 'http://collector:4318'

/** As a program reads them that has a collector. */
function read(env: Readonly<Record<string, string>>) {
  return readTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, ...env }, 'program')
}

t.test('without a collector, or disabled, there are no settings', async (t) => {
  t.equal(readTracing({}, 'program'), undefined)
  t.equal(readTracing({ OTEL_SERVICE_NAME: 'x', OTEL_RESOURCE_ATTRIBUTES: 'a=b' }, 'program'), undefined)
  for (const disabled of ['true', 'True', 'TRUE']) t.equal(read({ OTEL_SDK_DISABLED: disabled }), undefined)
  for (const disabled of ['false', 'FALSE', '']) t.ok(read({ OTEL_SDK_DISABLED: disabled }))
})

t.test('the address of traces takes precedence, and nothing is added to it', async (t) => {
  for (const base of [ENDPOINT, `${ENDPOINT}/`])
    t.match(read({ OTEL_EXPORTER_OTLP_ENDPOINT: base }), { address: 'http://collector:4318/v1/traces', share: 1 })
  t.match(read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'HTTPS://Collector:4318/in?key=1' }), {
    address: 'https://collector:4318/in/v1/traces?key=1',
  })
  const address = 'https://else.example/in?x=1'
  t.match(read({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: address }), { address })
  t.match(read({ OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: address }), { address })
})

t.test('headers are percent-decoded, and those of traces go with the others', async (t) => {
  const headers = { OTEL_EXPORTER_OTLP_HEADERS: 'api-key=abc%20d, X-Other=1,' }
  t.strictSame(read(headers)?.headers, { 'api-key': 'abc d', 'x-other': '1' })
  t.strictSame(read({ ...headers, OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'Api-Key=e' })?.headers, {
    'api-key': 'e',
    'x-other': '1',
  })
})

t.test('the name: by its variable, by service.name, or by default; attributes go with it', async (t) => {
  const attributes = (env: Readonly<Record<string, string>>) => read(env)?.attributes
  const given = 'service.name=by-attribute,team=login%20%C3%A4,empty='
  t.strictSame(attributes({}), { 'service.name': 'program' })
  t.strictSame(attributes({ OTEL_RESOURCE_ATTRIBUTES: given }), {
    'service.name': 'by-attribute',
    team: 'login ä',
    empty: '',
  })
  t.match(attributes({ OTEL_RESOURCE_ATTRIBUTES: given, OTEL_SERVICE_NAME: 'by name' }), {
    'service.name': 'by name',
    team: 'login ä',
  })
  t.match(attributes({ OTEL_RESOURCE_ATTRIBUTES: 'service.name=' }), { 'service.name': 'program' })
})

t.test('the share: by the sampler, or by its argument where it asks for that', async (t) => {
  for (const [sampler, arg, share] of [
    ['always_off', '1', 0],
    ['always_on', '0', 1],
    ['parentbased_always_off', '', 0],
    ['traceidratio', '0.05', 0.05],
    ['parentbased_traceidratio', '.1', 0.1],
    ['traceidratio', '', 1],
  ] as const)
    t.match(read({ OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: arg }), { share }, sampler)
})

t.test('what is wrong is told with its variable, all together, in words that repeat no value', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tracing-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const noCertificate = join(folder, 'secret.pem')
  await writeFile(noCertificate, 'secret')
  const broken = join(folder, 'broken.pem')
  await writeFile(broken, '-----BEGIN CERTIFICATE-----\nsecret\n-----END CERTIFICATE-----\n')
  const rows: Readonly<Record<string, readonly [values: readonly string[], problem: RegExp]>> = {
    OTEL_SDK_DISABLED: [['yes', '1', 'secret', 'toString'], /^has to be true or false$/],
    OTEL_EXPORTER_OTLP_ENDPOINT: [
      ['localhost:4318', 'ftp://x', 'http://user:secret@x', 'collector', 'http://x/#y'],
      /^is the http or https address of a collector/,
    ],
    OTEL_EXPORTER_OTLP_PROTOCOL: [['grpc', 'http/protobuf', 'secret'], /^has to be http\/json: .*in JSON alone.*4318$/],
    OTEL_EXPORTER_OTLP_HEADERS: [
      ['a secret', 'key', '=secret', 'key=%zz', 'key=a%0d%0aother: secret'],
      /^lists headers like /,
    ],
    OTEL_EXPORTER_OTLP_CERTIFICATE: [
      [noCertificate, broken, join(folder, 'none.pem'), folder],
      /^(?:names a file without|has to name a file with)/,
    ],
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: [
      [noCertificate, broken, join(folder, 'none.pem'), folder],
      /^(?:names a file without|has to name a file with)/,
    ],
    OTEL_EXPORTER_OTLP_CLIENT_KEY: [
      [noCertificate, broken, join(folder, 'none.pem'), folder],
      /^has to name a file with a private key/,
    ],
    OTEL_SERVICE_NAME: [['ä', 'x'.repeat(101)], /^is a name of at most 100 ASCII/],
    OTEL_RESOURCE_ATTRIBUTES: [['secret', '=secret', 'a b=secret', 'a=%zz', 'a=ä'], /^lists attributes like /],
    OTEL_TRACES_SAMPLER: [['jaeger_remote', 'toString'], /^is one of always_on, /],
    OTEL_TRACES_SAMPLER_ARG: [['2', '-0.1', '1e-3', 'half', '1.5'], /^is a share from 0 to 1/],
  }
  const said = (env: Readonly<Record<string, string>>) => {
    try {
      read(env)
    } catch (error) {
      return String(Object(error).message)
    }
    return 'nothing'
  }
  for (const [variable, [values, problem]] of Object.entries(rows))
    for (const value of values) {
      const own = [variable, variable.replace('_OTLP_', '_OTLP_TRACES_')]
      for (const name of new Set(own)) {
        const message = said({ [name]: value })
        t.ok(message.startsWith(`${name} `), `${name}=${value}: ${message}`)
        t.match(message.slice(name.length + 1), problem)
        t.notMatch(message, /secret/)
      }
    }
  const all = Object.fromEntries(Object.entries(rows).map(([name, [[value]]]) => [name, value ?? '']))
  t.strictSame(
    said(all)
      .split('\n')
      .map((line) => line.split(' ')[0])
      .sort(),
    Object.keys(rows).sort(),
  )
})

t.test('a key without its certificate is no half of a setting', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tracing-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = join(folder, 'key.pem')
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const alone = { OTEL_EXPORTER_OTLP_CLIENT_KEY: file }
  t.throws(() => read(alone), {
    message: /CLIENT_CERTIFICATE and \w+CLIENT_KEY belong together, and one of them is missing/,
  })
})
