// npm run kong-env: what a Kong that is there already has to be told for our plugins.
import { PLUGINS } from '@mobile-api-gateway/kong-plugins/plugins.ts'
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { FORMATS, type FormatName } from './kong-env/formats.ts'
import { kongSettings } from './stack/kong-settings.ts'

const NAMES = PLUGINS.map(({ name }) => name)
const SOCKET = '/run/mobile-gateway/plugins.sock'
const DESCRIPTIONS = '/etc/mobile-gateway/plugins'

const USAGE = `Usage: npm run -s kong-env -- [--format ${Object.keys(FORMATS).join('|')}] [--plugins NAME,…] [--others NAME,…]
                              [--socket PATH] [--descriptions FOLDER]

Prints the settings that an existing Kong needs for the plugins of this project.

  --format        conf: kong.conf; env: variables; systemd: a drop-in of Kong's unit; compose: a service; helm: values
                  of Kong's chart. env without it
  --plugins       which of ours; without it all: ${NAMES.join(', ')}
  --others        plugins of yours that this Kong runs already, beside the bundled ones
  --socket        where the plugin server listens; ${SOCKET} without it
  --descriptions  where Kong finds the files of kong-plugins/dump; ${DESCRIPTIONS} without it
  --help          this text
`

const OPTIONS = {
  format: { type: 'string', default: 'env' },
  plugins: { type: 'string', default: NAMES.join(',') },
  others: { type: 'string', default: '' },
  socket: { type: 'string', default: SOCKET },
  descriptions: { type: 'string', default: DESCRIPTIONS },
} as const

function isFormat(name: string): name is FormatName {
  return Object.hasOwn(FORMATS, name)
}

function namesIn(text: string): string[] {
  const names = text.split(',').filter((name) => name !== '')
  const wrong = names.find((name) => !/^[a-z][a-z0-9-]*$/.test(name))
  if (wrong !== undefined) throw new UsageError(`"${wrong}" is no name of a plugin.`)
  return names
}

function requirePath(option: string, path: string): string {
  if (/^(\/[\w.-]+)+$/.test(path)) return path
  throw new UsageError(`--${option} has to be an absolute path of letters, digits, dots, dashes and underscores.`)
}

await runCommand({ usage: USAGE, options: OPTIONS }, ({ values }) => {
  if (!isFormat(values.format))
    throw new UsageError(`--format is one of ${Object.keys(FORMATS).join(', ')}, not "${values.format}".`)
  const plugins = namesIn(values.plugins)
  const unknown = plugins.find((name) => !NAMES.includes(name))
  if (plugins.length === 0) throw new UsageError(`--plugins names none; there are ${NAMES.join(', ')}.`)
  if (unknown !== undefined)
    throw new UsageError(`No plugin of ours is called ${unknown}; there are ${NAMES.join(', ')}.`)
  const socket = requirePath('socket', values.socket)
  const descriptions = requirePath('descriptions', values.descriptions)
  const settings = kongSettings({ plugins, socket, descriptions, others: namesIn(values.others) })
  process.stdout.write(FORMATS[values.format]({ settings, socket, descriptions }))
  return 0
})
