// The settings of a Kong as each way of running it writes them.
import { stringify } from 'yaml'
import { type KongSetting, kongVariable } from '../stack/kong-settings.ts'

/** What a format writes. */
export interface FormatInput {
  readonly settings: readonly KongSetting[]
  readonly socket: string
  readonly descriptions: string
}

/** What kong.yml of this project refers to as {vault://env/gateway-client-secret}. */
const SECRET = 'GATEWAY_CLIENT_SECRET'

/** Said in each format: what is no line of it. */
function preface({ socket, descriptions }: FormatInput): string {
  return `# For Kong 3.9. The plugin server listens on ${socket}: Kong's user has to be in the group of that socket,
# and it must not lie below Kong's prefix. ${descriptions} holds the files of kong-plugins/dump.
# Kong's environment also needs ${SECRET} where kong.yml names {vault://env/gateway-client-secret}.
# Behind a load balancer: trusted_ips (${kongVariable('trusted_ips')}) with its addresses, and nothing wider.
`
}

function lines(settings: readonly KongSetting[], line: (setting: KongSetting) => string, indent = ''): string {
  return settings
    .map((setting) => `${setting.why === undefined ? '' : `${indent}# ${setting.why}\n`}${indent}${line(setting)}\n`)
    .join('')
}

/** A value of YAML on one line, after a colon. */
function yaml(value: string): string {
  return stringify(value, { lineWidth: 0 }).trimEnd()
}

/** In a unit `%` begins a specifier, and quotes and backslashes mean something. */
function unitValue(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`
}

/** A mapping of YAML with the settings as variables. */
function variables(input: FormatInput, indent: string): string {
  return lines(input.settings, ({ name, value }) => `${kongVariable(name)}: ${yaml(value)}`, indent)
}

/** The formats by name. */
export const FORMATS = {
  conf: (input) => preface(input) + lines(input.settings, ({ name, value }) => `${name} = ${value}`),
  env: (input) => preface(input) + lines(input.settings, ({ name, value }) => `${kongVariable(name)}=${value}`),
  systemd: (input) =>
    `${preface(input)}# A drop-in of Kong's unit: systemctl edit kong
[Service]
SupplementaryGroups=mobile-gateway
EnvironmentFile=/etc/mobile-gateway/secrets.env
${lines(input.settings, ({ name, value }) => `Environment=${unitValue(`${kongVariable(name)}=${value}`)}`)}`,
  compose: (input) =>
    `${preface(input)}services:
  kong:
    group_add: ["1000"] # the group of the plugin server's socket
    environment:
      ${SECRET}: \${${SECRET}:?}
${variables(input, '      ')}    volumes:
    - plugin-socket:${input.socket.replace(/\/[^/]*$/, '')}
    - ./kong-plugins/dump:${input.descriptions}:ro
volumes:
  plugin-socket: {}
`,
  helm: (input) =>
    `${preface(input)}# Values of the chart kong/kong. The secret mobile-gateway holds the client's secret, the config map
# mobile-gateway-plugins the files of kong-plugins/dump.
env:
${lines(input.settings, ({ name, value }) => `${name}: ${yaml(value)}`, '  ')}customEnv:
  ${SECRET.toLowerCase()}: { valueFrom: { secretKeyRef: { name: mobile-gateway, key: ${SECRET} } } }
securityContext: { fsGroup: 1000 }
deployment:
  userDefinedVolumes:
  - { name: plugin-socket, emptyDir: {} }
  - { name: plugin-descriptions, configMap: { name: mobile-gateway-plugins } }
  userDefinedVolumeMounts:
  - { name: plugin-socket, mountPath: ${input.socket.replace(/\/[^/]*$/, '')} }
  - { name: plugin-descriptions, mountPath: ${input.descriptions} }
  sidecarContainers:
  - name: plugin-server
    image: mobile-api-gateway/plugin-server # the one that you have built
    volumeMounts:
    - { name: plugin-socket, mountPath: ${input.socket.replace(/\/[^/]*$/, '')} }
`,
} as const satisfies Readonly<Record<string, (input: FormatInput) => string>>

export type FormatName = keyof typeof FORMATS
