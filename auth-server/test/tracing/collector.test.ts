// A collector behind TLS: its certificate has to be of an authority that is named, or of one that Node knows.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCollector } from '@mobile-api-gateway/scripts/testing/trace-collector.ts'
import { inSpan, useTracing } from '@mobile-api-gateway/sdk/tracing/span.ts'
import t, { type Test } from 'tap'
import { tracingOf } from '../../src/config/tracing.ts'
import { readConfig } from '../../src/config.ts'
import { openTracing } from '../../src/tracing.ts'
import { SOUND } from '../support/config.ts'
import { selfSigned } from '../support/self-signed.ts'

const LOST = /the collector does not take spans/

/** One span under these settings. @returns what the log says */
async function send(name: string, env: Readonly<Record<string, string>>): Promise<string> {
  const said: string[] = []
  const note = (...about: unknown[]) => void said.push(JSON.stringify(about))
  const settings = tracingOf(readConfig({ ...SOUND, ...env }))
  const tracing = await openTracing(settings, { info: note, warn: note })
  await inSpan(name, {}, async () => {})
  useTracing(undefined)
  await tracing?.close()
  return said.join()
}

/** Writes texts to files of these names. @returns their paths */
async function filesOf<Name extends string>(t: Test, texts: Readonly<Record<Name, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'collector-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const paths = Object.keys(texts).map((name) => [name, join(folder, `${name}.pem`)])
  const files: Readonly<Record<Name, string>> = Object.fromEntries(paths)
  for (const name in texts) await writeFile(files[name], texts[name])
  return files
}

t.test('spans reach the one whose authority is named, and no other', async (t) => {
  const [own, other] = [selfSigned('localhost'), selfSigned('Another Authority')]
  const files = await filesOf(t, { own: `of ours:\n${other.cert}\n${own.cert}`, other: other.cert })
  const collector = await startCollector(t, own)
  const there = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
  t.match(await send('nobody vouches', there), LOST)
  t.match(await send('another vouches', { ...there, OTEL_EXPORTER_OTLP_CERTIFICATE: files.other }), LOST)
  t.equal(await send('vouched for', { ...there, OTEL_EXPORTER_OTLP_CERTIFICATE: files.own }), '')
  const both = { OTEL_EXPORTER_OTLP_CERTIFICATE: files.other, OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: files.own }
  const told = { ...there, ...both, OTEL_RESOURCE_ATTRIBUTES: 'service.name=mine,team=a%20b' }
  t.equal(await send('for traces alone', told), '')
  t.match(collector.spans(), [
    { name: 'vouched for', service: 'auth-server' },
    { name: 'for traces alone', service: 'mine', program: { team: 'a b' } },
  ])
})

t.test('one that wants to know who sends is shown the certificate of the one that is named', async (t) => {
  const [own, ours, other] = [selfSigned('localhost'), selfSigned('ours'), selfSigned('other')]
  const texts = { authority: own.cert, cert: ours.cert, key: ours.key, otherCert: other.cert, otherKey: other.key }
  const files = await filesOf(t, texts)
  const collector = await startCollector(t, { ...own, ca: ours.cert })
  const there = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_CERTIFICATE: files.authority }
  const pair = (cert: string, key: string, of = '') => ({
    [`OTEL_EXPORTER_OTLP_${of}CLIENT_CERTIFICATE`]: cert,
    [`OTEL_EXPORTER_OTLP_${of}CLIENT_KEY`]: key,
  })
  t.match(await send('nobody', there), LOST)
  t.match(await send('a stranger', { ...there, ...pair(files.otherCert, files.otherKey) }), LOST)
  t.equal(await send('us', { ...there, ...pair(files.cert, files.key) }), '')
  const forTraces = { ...pair(files.otherCert, files.otherKey), ...pair(files.cert, files.key, 'TRACES_') }
  t.equal(await send('us, for traces alone', { ...there, ...forTraces }), '')
  t.match(collector.spans(), [{ name: 'us' }, { name: 'us, for traces alone' }])

  for (const [wrong, problem] of [
    [pair(files.cert, ''), /CLIENT_CERTIFICATE and \w+CLIENT_KEY belong together, and one of them is missing/],
    [pair('', files.key), /CLIENT_CERTIFICATE and \w+CLIENT_KEY belong together, and one of them is missing/],
    [pair(files.cert, files.otherKey), /CLIENT_CERTIFICATE and \w+CLIENT_KEY do not belong together/],
    [pair(files.key, files.key), /CLIENT_CERTIFICATE names a file without a certificate/],
    [pair(files.cert, files.cert), /CLIENT_KEY has to name a file with a private key .* \(it is broken\)/],
  ] as const)
    t.throws(() => readConfig({ ...SOUND, ...there, ...wrong }), { message: problem })
})
