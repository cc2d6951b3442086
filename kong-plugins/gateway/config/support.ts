// What of kong.yml the embedded gateway may leave out, and what it must refuse. All else that Kong knows is reproduced.

/** Kong's plugins that only watch: leaving them out changes no answer that matters to a client or a backend. */
export const OBSERVERS: ReadonlySet<string> = new Set([
  ...['correlation-id', 'datadog', 'file-log', 'http-log', 'loggly', 'opentelemetry', 'prometheus', 'statsd', 'syslog'],
  ...['tcp-log', 'udp-log', 'zipkin'],
])

/** Lists that could decide about access: where one is in the file, all routes are refused. */
export const REFUSED_LISTS: ReadonlySet<string> = new Set(['filter_chains', 'targets'])

/** Lists that are read. Those in neither are left out with a notice: nothing that runs here reads them. */
export const READ_LISTS: ReadonlySet<string> = new Set(['services', 'routes', 'plugins', 'upstreams'])

/** Fields that could decide about access: the routes that they cover are refused. */
export const REFUSED_FIELDS: Readonly<Record<string, readonly string[]>> = {
  services: ['client_certificate', 'ca_certificates', 'tls_verify_depth'],
  routes: ['snis', 'sources', 'destinations', 'expression', 'priority'],
  plugins: ['consumer'],
}

/** The phases in which Lua of pre-function and post-function runs here. `log` is skipped with a notice. */
export const LUA_PHASES = ['rewrite', 'access', 'header_filter'] as const
export type LuaPhase = (typeof LUA_PHASES)[number]

/** Lua plugins of Kong that the embedded gateway runs itself. */
export const LUA_PLUGINS: ReadonlySet<string> = new Set(['pre-function', 'post-function'])
