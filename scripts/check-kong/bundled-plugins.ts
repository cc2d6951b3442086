// Kong's bundled plugins: when each runs, and which of them answer a request themselves.

/** One bundled plugin. */
export interface BundledPlugin {
  /** Kong runs higher numbers first. */
  readonly priority: number
  /** Set for those that may answer in `access`: what the client then gets without the guard having been asked. */
  readonly answers?: string
}

const row = (priority: number, answers?: string): BundledPlugin => ({
  priority,
  ...(answers === undefined ? {} : { answers }),
})

/** All that come with Kong 3.9 (open source), with their priorities. */
export const bundledPlugins: ReadonlyMap<string, BundledPlugin> = new Map(
  Object.entries({
    'pre-function': row(1_000_000),
    'correlation-id': row(100_001),
    zipkin: row(100_000),
    'bot-detection': row(2500),
    cors: row(2000),
    session: row(1900),
    acme: row(1705),
    jwt: row(1450),
    oauth2: row(1400),
    'key-auth': row(1250),
    'ldap-auth': row(1200),
    'basic-auth': row(1100),
    'hmac-auth': row(1030),
    'grpc-gateway': row(998),
    'ip-restriction': row(990),
    'request-size-limiting': row(951),
    acl: row(950),
    'rate-limiting': row(910),
    'response-ratelimiting': row(900),
    'request-transformer': row(801),
    'response-transformer': row(800),
    redirect: row(779, 'a redirect'),
    'ai-request-transformer': row(777, 'an answer that involves a language model'),
    'ai-prompt-template': row(773, 'an answer about its prompt'),
    'ai-prompt-decorator': row(772, 'an answer about its prompt'),
    'ai-prompt-guard': row(771, 'an answer about its prompt'),
    'ai-proxy': row(770, 'the answer of a language model'),
    'ai-response-transformer': row(768, 'an answer that involves a language model'),
    'standard-webhooks': row(760, 'an answer about a signature'),
    'aws-lambda': row(750, "a function's result, and the function has run"),
    'azure-functions': row(749, "a function's result, and the function has run"),
    'proxy-cache': row(100, "somebody's cached answer"),
    opentelemetry: row(14),
    prometheus: row(13),
    'http-log': row(12),
    statsd: row(11),
    datadog: row(10),
    'file-log': row(9),
    'udp-log': row(8),
    'tcp-log': row(7),
    loggly: row(6),
    syslog: row(4),
    'grpc-web': row(3),
    'request-termination': row(2, 'a fixed answer'),
    'post-function': row(-1000),
  }),
)

/** Runs before the plugins above that answer, and refuses a request that nobody has authenticated. */
export const nativeCheck = 'acl'
