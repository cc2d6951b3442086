// What of kong.yml the embedded gateway understands, what it may leave out, and what it must refuse.

/** Kong's plugins that only watch: leaving them out changes no answer that matters to a client or a backend. */
export const OBSERVERS: ReadonlySet<string> = new Set([
  ...['correlation-id', 'datadog', 'file-log', 'http-log', 'loggly', 'opentelemetry', 'prometheus', 'statsd', 'syslog'],
  ...['tcp-log', 'udp-log', 'zipkin'],
])

/** Top-level lists without effect here: nothing that the embedded gateway runs reads them. */
export const IDLE_ENTITIES: ReadonlySet<string> = new Set([
  ...['consumers', 'consumer_groups', 'certificates', 'snis', 'ca_certificates', 'keys', 'key_sets', 'vaults'],
  ...['acls', 'basicauth_credentials', 'hmacauth_credentials', 'jwt_secrets', 'keyauth_credentials'],
  ...['oauth2_credentials', 'oauth2_tokens', 'oauth2_authorization_codes', 'parameters'],
])

/** Fields of each entity that are understood. Any other field is either listed below or a mistake. */
export const KNOWN = {
  document: [
    '_format_version',
    '_comment',
    '_transform',
    '_info',
    '_ignore',
    '_workspace',
    '_konnect',
    '_plugin_configs',
  ],
  service: [
    ...['id', 'name', 'tags', 'enabled', 'url', 'protocol', 'host', 'port', 'path', 'retries', 'connect_timeout'],
    ...['read_timeout', 'write_timeout', 'tls_verify', 'routes', 'plugins', 'created_at', 'updated_at'],
  ],
  route: [
    ...['id', 'name', 'tags', 'service', 'hosts', 'paths', 'methods', 'headers', 'protocols', 'strip_path'],
    ...['preserve_host', 'regex_priority', 'path_handling', 'https_redirect_status_code', 'request_buffering'],
    ...['response_buffering', 'plugins', 'created_at', 'updated_at'],
  ],
  plugin: [
    ...['id', 'name', 'instance_name', 'tags', 'enabled', 'config', 'protocols', 'service', 'route'],
    ...['created_at', 'updated_at'],
  ],
} as const satisfies Record<string, readonly string[]>

/** Fields that Kong has and that could decide about access: routes they cover are refused. */
export const REFUSED = {
  service: ['client_certificate', 'ca_certificates', 'tls_verify_depth'],
  route: ['snis', 'sources', 'destinations', 'expression', 'priority'],
  plugin: ['consumer', 'consumer_group', 'ordering', 'condition'],
} as const satisfies Record<string, readonly string[]>

/** The phases in which Lua of pre-function and post-function runs here. `log` is skipped with a notice. */
export const LUA_PHASES = ['rewrite', 'access', 'header_filter'] as const
export type LuaPhase = (typeof LUA_PHASES)[number]

/** Lua plugins of Kong that the embedded gateway runs itself, and their priority. */
export const LUA_PLUGINS: ReadonlyMap<string, number> = new Map([
  ['pre-function', 1_000_000],
  ['post-function', -1000],
])
