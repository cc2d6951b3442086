// What is counted while the server works: a row per metric. Labels are words of ours, never anything from a request.
import { Counter, Histogram, Registry } from 'prom-client'

/** Every name begins with it. */
export const PREFIX = 'mobile_gateway_auth_'

/** From a look-up in memory to a password, which waits for its turn. */
const LATENCY_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** The metrics of one instance, each at zero. */
export type Metrics = ReturnType<typeof openMetrics>

export function openMetrics() {
  const registry = new Registry()
  const count = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> =>
    new Counter({ name: PREFIX + name, help, labelNames, registers: [registry] })
  const time = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Histogram<Label> =>
    new Histogram({ name: PREFIX + name, help, labelNames, buckets: LATENCY_SECONDS, registers: [registry] })
  return {
    registry,
    requests: count('requests_total', 'Requests by endpoint, method and status', ['endpoint', 'method', 'status']),
    requestSeconds: time('request_duration_seconds', 'Time from a request to the end of its answer', ['endpoint']),
    signIns: count('sign_ins_total', 'Sign-ins by outcome', ['outcome']),
    tokensIssued: count('tokens_issued_total', 'Token responses by grant', ['grant']),
    refusals: count('refusals_total', 'Requests refused with an error, by its code', ['code']),
    limitRefusals: count('limit_refusals_total', 'Attempts beyond a limit, by the limit (docs/limits.md)', ['limit']),
  }
}
