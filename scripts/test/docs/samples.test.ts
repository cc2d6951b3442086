// Samples in the documents work: what stands there to be copied is what the programs take.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCatalogueFile } from '@mobile-api-gateway/auth-server/catalogue/file/read.ts'
import { readProviders } from '@mobile-api-gateway/auth-server/identity/federation/configure.ts'
import { PLUGINS } from '@mobile-api-gateway/kong-plugins/plugins.ts'
import { gatewayConfig } from '@mobile-api-gateway/kong-plugins/schema/gateway.ts'
import { readConfig } from '@mobile-api-gateway/kong-plugins/schema/read-config.ts'
import t from 'tap'
import { parse } from 'yaml'
import { readCompose } from '../support/compose.ts'
import { markdownFiles, ROOT } from '../support/documents.ts'

/** The YAML of every document. */
const BLOCKS = markdownFiles().flatMap(({ file, text }) =>
  [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, yaml = '']) => ({ file, yaml, sample: parse(yaml) })),
)

t.test('each plugin config in the documents is one that the plugin takes', async (t) => {
  const samples = BLOCKS.filter(({ sample }) => Array.isArray(sample))
  t.ok(samples.length > 0)
  for (const { file, sample } of samples)
    for (const { name, config } of sample) {
      t.equal(name, 'mobile-gateway', file)
      t.doesNotThrow(() => readConfig(name, gatewayConfig, config), file)
    }
})

t.test('each catalogue file in the documents is one that the auth server takes; there is no other YAML', async (t) => {
  for (const { file, yaml, sample } of BLOCKS.filter(({ sample }) => !Array.isArray(sample))) {
    if (sample.providers === undefined) {
      t.match(await readCatalogueFile(yaml, { SHOP_CLIENT_SECRET: 'x'.repeat(43) }), { apis: Array }, file)
      continue
    }
    t.strictSame(Object.keys(sample), ['providers'], file)
    const catalogueFile = join(t.testdir({ 'catalogue.yml': yaml }), 'catalogue.yml')
    const secrets = [...yaml.matchAll(/client_secret_variable: (\w+)/g)].map(([, name = '']) => [name, 'a secret'])
    const found = await readProviders(
      { catalogueFile, issuer: 'https://login.example.com' },
      Object.fromEntries(secrets),
    )
    t.equal(found.all.length, Object.keys(sample.providers).length, file)
  }
})

t.test("Kong's settings in install.md are those of docker-compose.yml", async (t) => {
  const text = readFileSync(join(ROOT, 'kong-plugins/docs/install.md'), 'utf8')
  const settings = [...text.matchAll(/^(KONG_\w+)=(.+)$/gm)].map(([, name = '', value = '']) => [name, value] as const)
  t.ok(settings.length >= 8)
  const environment = readCompose().services.kong?.environment ?? {}
  const known = PLUGINS.map(({ name }) => name)
  for (const [name, value] of settings) {
    // Lists may be shorter, where somebody does not need every plugin.
    if (/^KONG_(?:PLUGINS|PLUGINSERVER_NAMES)$/.test(name))
      for (const plugin of value.split(',')) t.ok(plugin === 'bundled' || known.includes(plugin), `${name}: ${plugin}`)
    else t.equal(value, environment[name], name)
  }
})
