// Samples in the documents work: what stands there to be copied is what the programs take.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PLUGINS } from '@mobile-api-gateway/kong-plugins/plugins.ts'
import { gatewayConfig } from '@mobile-api-gateway/kong-plugins/schema/gateway.ts'
import { readConfig } from '@mobile-api-gateway/kong-plugins/schema/read-config.ts'
import t from 'tap'
import { parse } from 'yaml'
import { readCompose } from '../support/compose.ts'
import { markdownFiles, ROOT } from '../support/documents.ts'

t.test('each plugin config in the documents is one that the plugin takes', async (t) => {
  const blocks = markdownFiles().flatMap(({ file, text }) =>
    [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, yaml = '']) => ({ file, yaml })),
  )
  t.ok(blocks.length > 0)
  for (const { file, yaml } of blocks)
    for (const { name, config } of parse(yaml)) {
      t.equal(name, 'mobile-gateway', file)
      t.doesNotThrow(() => readConfig(name, gatewayConfig, config), file)
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
