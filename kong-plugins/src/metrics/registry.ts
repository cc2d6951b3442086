// What Prometheus is told: one row per metric, read off the services when somebody asks. No label comes from a request.
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Services } from '../services.ts'
import { withoutSecrets } from './readiness.ts'

/** What is measured beside the services: the tables of the server. */
export interface Tables {
  readonly events: { readonly size: number }
  readonly instances: { readonly size: number }
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

interface Row {
  /** After `mobile_gateway_`; what only grows ends in `_total`. */
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
  readonly read: (services: Services, tables: Tables) => readonly Sample[]
}

const ROWS: readonly Row[] = [
  {
    name: 'decisions_total',
    help: 'Requests by plugin, policy, outcome and reason',
    labels: ['plugin', 'policy', 'outcome', 'reason'],
    read: ({ decisions }) =>
      decisions.all().flatMap(({ plugin, policy, byReason }) =>
        [...byReason].map(([reason, { outcome, calls }]) => ({
          labels: { plugin, policy, outcome, reason },
          value: calls,
        })),
      ),
  },
  {
    name: 'token_cache_requests_total',
    help: 'Tokens whose signature was known to be good (hit), or had to be looked into (miss)',
    labels: ['result'],
    read: ({ tokenCache: { stats } }) => [
      { labels: { result: 'hit' }, value: stats.hits },
      { labels: { result: 'miss' }, value: stats.misses },
    ],
  },
  {
    name: 'token_cache_entries',
    help: 'Tokens remembered, by what their signature proved to be',
    labels: ['signature'],
    read: ({ tokenCache: { stats } }) => [
      { labels: { signature: 'good' }, value: stats.authentic },
      { labels: { signature: 'forged' }, value: stats.forged },
    ],
  },
  {
    name: 'jwks_age_seconds',
    help: 'Time since the signing keys at this address were last fetched; +Inf before the first time',
    labels: ['jwks_uri'],
    read: ({ keySources }) =>
      keySources.all().map(({ jwksUri, source }) => ({
        labels: { jwks_uri: withoutSecrets(jwksUri) },
        value: source.ageMillis() / 1000,
      })),
  },
  {
    name: 'jwks_fetch_failures_total',
    help: 'Attempts to fetch the signing keys at this address that failed',
    labels: ['jwks_uri'],
    read: ({ keySources }) =>
      keySources
        .all()
        .map(({ jwksUri, source }) => ({ labels: { jwks_uri: withoutSecrets(jwksUri) }, value: source.failures })),
  },
  {
    name: 'revocation_feed_age_seconds',
    help: 'Time since the feed of this issuer was known to its end; +Inf before the first time',
    labels: ['issuer'],
    read: ({ standings }) =>
      standings.all().map(({ issuer, follower }) => ({ labels: { issuer }, value: follower.ageMillis() / 1000 })),
  },
  {
    name: 'revocations',
    help: 'Revocations remembered of this issuer',
    labels: ['issuer'],
    read: ({ standings }) =>
      standings.all().map(({ issuer, follower }) => ({ labels: { issuer }, value: follower.revoked.size })),
  },
  {
    name: 'redis_up',
    help: 'Whether calls are sent to this Redis at present: 0 while the breaker is open',
    labels: ['redis'],
    read: ({ redis }) => redis.all().map(({ name, isUp }) => ({ labels: { redis: name }, value: isUp ? 1 : 0 })),
  },
  {
    name: 'redis_failures_total',
    help: 'Calls to this Redis that failed',
    labels: ['redis'],
    read: ({ redis }) => redis.all().map(({ name, failures }) => ({ labels: { redis: name }, value: failures })),
  },
  {
    name: 'counter_keys',
    help: 'Names that calls are counted under in this process',
    labels: [],
    read: ({ counters }) => [{ labels: {}, value: counters.size() }],
  },
  {
    name: 'usage_lost_total',
    help: 'Calls that are missing in the figures of usage, and refusals that are counted but not listed, for lack of room',
    labels: ['what'],
    read: ({ ledgers }) => {
      const lost = ledgers.all().map(({ ledger }) => ledger.lost)
      return [
        { labels: { what: 'calls' }, value: lost.reduce((sum, { calls }) => sum + calls, 0) },
        { labels: { what: 'refusals' }, value: lost.reduce((sum, { refusals }) => sum + refusals, 0) },
      ]
    },
  },
  {
    name: 'events_running',
    help: 'Handlers that run at present',
    labels: [],
    read: (_services, { events }) => [{ labels: {}, value: events.size }],
  },
  {
    name: 'instances',
    help: 'Configurations of plugins that workers of Kong have started',
    labels: [],
    read: (_services, { instances }) => [{ labels: {}, value: instances.size }],
  },
]

/** Creates the registry, the usual metrics of a Node process included. */
export function createRegistry(services: Services, tables: Tables): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const { name, help, labels, read } of ROWS) {
    const options = { name: `mobile_gateway_${name}`, help, labelNames: [...labels], registers: [registry] }
    if (name.endsWith('_total')) {
      new Counter({
        ...options,
        collect() {
          this.reset()
          for (const sample of read(services, tables)) this.inc(sample.labels, sample.value)
        },
      })
    } else {
      new Gauge({
        ...options,
        collect() {
          this.reset()
          for (const sample of read(services, tables)) this.set(sample.labels, sample.value)
        },
      })
    }
  }
  registry.registerMetric(services.decisions.latency)
  return registry
}
