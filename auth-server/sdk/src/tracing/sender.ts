// How spans leave: in batches, in bounded memory, and in a time that neither a request nor the end of the process exceeds.
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import type { TracingLibraries } from './libraries.ts'
import type { TracingSettings } from './settings.ts'

/** Where it is said that the collector does not take spans: once, until it does again. */
export interface TracingLog {
  info(text: string): void
  warn(about: object, text: string): void
}

/** Spans that wait to be sent; of more than these the newest are lost. */
const MAX_WAITING = 2048
const MAX_BATCH = 512
/** Batches under way at once: to a collector that hangs, one more than the one that is given up. */
const AT_ONCE = 2
/** For a batch with all its attempts, so also the longest that the end of the process waits for a collector. */
const SEND_WITHIN_MILLIS = 2000

/** What spans go through, and what ends it once they are sent, or cannot be. */
export function openSender(
  { exporter, sdk }: TracingLibraries,
  { address, headers, authorities, client }: TracingSettings,
  log: TracingLog,
) {
  const kept = { keepAlive: true, maxSockets: AT_ONCE }
  const agent = address.startsWith('https:')
    ? new HttpsAgent({ ...kept, ...client, ...(authorities.length > 0 && { ca: [...authorities] }) })
    : new HttpAgent(kept)
  const sender = new exporter.OTLPTraceExporter({
    url: address,
    headers: { ...headers },
    timeoutMillis: SEND_WITHIN_MILLIS,
    concurrencyLimit: AT_ONCE,
    httpAgentOptions: () => agent,
  })
  let isTroubled = false
  const watched: typeof sender = Object.assign(Object.create(sender), {
    export: (...[spans, done]: Parameters<typeof sender.export>) =>
      sender.export(spans, (result) => {
        const problem = result.code === 0 ? undefined : reasonOf(result.error)
        if (problem !== undefined && !isTroubled)
          log.warn({ because: problem }, 'the collector does not take spans; those of this time are lost')
        if (problem === undefined && isTroubled) log.info('the collector takes spans again')
        isTroubled = problem !== undefined
        done(result)
      }),
  })
  const processor = new sdk.BatchSpanProcessor({
    exporter: watched,
    maxQueueSize: MAX_WAITING,
    maxExportBatchSize: MAX_BATCH,
    exportTimeoutMillis: SEND_WITHIN_MILLIS + 1000,
  })
  return {
    processor,
    async close(): Promise<void> {
      const sent = processor.shutdown().catch(() => {})
      await Promise.race([sent, delay(SEND_WITHIN_MILLIS, undefined, { ref: false })])
      agent.destroy()
    },
  }
}

/** Of an answer its status alone: what else it says may repeat the key that it was asked with. */
function reasonOf(error: Error | undefined): string {
  const status: unknown = error && Reflect.get(error, 'code')
  return typeof status === 'number' ? `it answered ${status}` : (error?.message || 'no reason given').slice(0, 200)
}
