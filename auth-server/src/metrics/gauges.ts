// What is looked up when somebody asks for the metrics: a row per metric.
import { Counter, Gauge, type Registry } from 'prom-client'
import { passwordQueue } from '../crypto/password-queue.ts'
import { batchOutcomes, type Db, poolUse } from '../store/database.ts'
import { countDeadHooks, measureOutbox } from '../store/tables/outbox.ts'
import { PREFIX } from './metrics.ts'

interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}
interface Row {
  /** Left out: `Gauge`. */
  readonly kind?: typeof Counter
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
  readonly read: (db: Db) => readonly Sample[] | Promise<readonly Sample[]>
}

const ROWS: readonly Row[] = [
  // First, before the others ask the database something.
  {
    name: 'database_connections',
    help: 'Connections of this instance by state; waiting: requests that wait for one',
    labels: ['state'],
    read: (db) => Object.entries(poolUse(db)).map(([state, value]) => ({ labels: { state }, value })),
  },
  {
    kind: Counter,
    name: 'statement_batches_total',
    help: 'Statements of several requests that went to the database together, by what became of all of them; undone: each was asked again alone',
    labels: ['outcome'],
    read: (db) => Object.entries(batchOutcomes(db)).map(([outcome, value]) => ({ labels: { outcome }, value })),
  },
  {
    name: 'password_checks',
    help: 'Password checks of this instance that run and that wait',
    labels: ['state'],
    read: () => Object.entries(passwordQueue()).map(([state, value]) => ({ labels: { state }, value })),
  },
  {
    name: 'outbox_entries',
    help: 'Entries of the outbox that have not arrived, of all instances, by kind',
    labels: ['kind'],
    read: async (db) => (await measureOutbox(db)).map(({ kind, entries }) => ({ labels: { kind }, value: entries })),
  },
  {
    name: 'outbox_oldest_seconds',
    help: 'Age of the oldest of them, by kind',
    labels: ['kind'],
    read: async (db) =>
      (await measureOutbox(db)).map(({ kind, oldestSeconds }) => ({ labels: { kind }, value: oldestSeconds })),
  },
  {
    name: 'dead_hooks',
    help: 'Calls of hooks that did not arrive within three days and can be sent again, of all instances',
    labels: [],
    read: async (db) => [{ value: await countDeadHooks(db) }],
  },
]

/** Adds them to the registry. What cannot be read, because the database is away, is left out of an answer. */
export function addGauges(registry: Registry, db: Db): void {
  for (const { kind: Metric = Gauge, name, help, labels, read } of ROWS)
    new Metric({
      name: PREFIX + name,
      help,
      labelNames: [...labels],
      registers: [registry],
      async collect() {
        const samples = await Promise.resolve()
          .then(() => read(db))
          .catch(() => [])
        this.reset()
        for (const { labels: of = {}, value } of samples) this.inc(of, value)
      },
    })
}
