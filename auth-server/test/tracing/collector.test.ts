// A collector behind TLS: its certificate has to be of an authority that is named, or of one that Node knows.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCollector } from '@mobile-api-gateway/scripts/testing/trace-collector.ts'
import { inSpan, useTracing } from '@mobile-api-gateway/sdk/tracing/span.ts'
import t from 'tap'
import { tracingOf } from '../../src/config/tracing.ts'
import { readConfig } from '../../src/config.ts'
import { openTracing } from '../../src/tracing.ts'
import { SOUND } from '../support/config.ts'
import { selfSigned } from '../support/self-signed.ts'

t.test('spans reach the one whose authority is named, and no other', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'collector-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const [own, other] = [selfSigned('localhost'), selfSigned('Another Authority')]
  const files = { own: join(folder, 'own.pem'), other: join(folder, 'other.pem') }
  await writeFile(files.own, `of ours:\n${other.cert}\n${own.cert}`)
  await writeFile(files.other, other.cert)
  const collector = await startCollector(t, own)

  /** One span under these settings. @returns what the log says */
  const send = async (name: string, env: Readonly<Record<string, string>>): Promise<string> => {
    const said: string[] = []
    const note = (...about: unknown[]) => void said.push(JSON.stringify(about))
    const settings = tracingOf(readConfig({ ...SOUND, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env }))
    const tracing = await openTracing(settings, { info: note, warn: note })
    await inSpan(name, {}, async () => {})
    useTracing(undefined)
    await tracing?.close()
    return said.join()
  }
  const LOST = /the collector does not take spans/
  t.match(await send('nobody vouches', {}), LOST)
  t.match(await send('another vouches', { OTEL_EXPORTER_OTLP_CERTIFICATE: files.other }), LOST)
  t.equal(await send('vouched for', { OTEL_EXPORTER_OTLP_CERTIFICATE: files.own }), '')
  const both = { OTEL_EXPORTER_OTLP_CERTIFICATE: files.other, OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: files.own }
  t.equal(await send('for traces alone', { ...both, OTEL_RESOURCE_ATTRIBUTES: 'service.name=mine,team=a%20b' }), '')
  t.match(collector.spans(), [
    { name: 'vouched for', service: 'auth-server' },
    { name: 'for traces alone', service: 'mine', program: { team: 'a b' } },
  ])
})
