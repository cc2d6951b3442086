// What PDK calls carry: how it travels, and what Lua gives or gets.
import { boolean, type Codec, empty, integer, message, nested, single, string } from './codec.ts'
import type { ConsumerMessage, KongCredential } from './consumer.ts'
import { pair, type Table, table, tableWithLasting, value } from './value.ts'

/** An argument or a result. */
export interface Shape<Value> extends Codec<Value> {
  /** The arguments of the Lua function. */
  toLua(given: Value): readonly unknown[]
  /** What of the Lua function's result travels. */
  fromLua(found: unknown): Value
}

function shape<Value>(codec: Codec<Value>, lua: Pick<Shape<Value>, 'toLua' | 'fromLua'>): Shape<Value> {
  return { ...codec, ...lua }
}

/** One that is only given to Lua. */
function givenShape<Value>(codec: Codec<Value>, toLua: Shape<Value>['toLua']): Shape<Value> {
  const fromLua = (): never => {
    throw new Error('no call has this as its result')
  }
  return shape(codec, { toLua, fromLua })
}

function isTable(found: unknown): found is Table {
  return typeof found === 'object' && found !== null && !Array.isArray(found)
}

/**
 * What becomes of a value on its way to Lua: `false` is lost, and an empty list is an empty table.
 * (Kong 3.9: runloop/plugin_servers/rpc/pb_rpc.lua `pb_unwrap`)
 */
function asLua(given: unknown): unknown {
  if (given === false) return undefined
  if (Array.isArray(given)) return given.length > 0 ? given.map(asLua) : {}
  if (!isTable(given)) return given
  const entries = Object.entries(given).map(([k, v]) => [k, asLua(v)])
  return Object.fromEntries(entries.filter(([, v]) => v !== undefined))
}

/** Nothing. */
export const NOTHING = shape<unknown>(empty, { toLua: () => [], fromLua: () => undefined })

/** A text; nil and `''` come alike: as nothing. */
export const TEXT = shape(single(string), {
  toLua: (text = '') => [text],
  fromLua: (found) => (typeof found === 'string' && found !== '' ? found : undefined),
})

/** Anything that Lua and JSON both have. */
export const ANYTHING = shape(value, { toLua: (given) => [asLua(given)], fromLua: (found) => found })

/** A name and its value. */
export const PAIR = givenShape(pair, ({ k = '', v }) => [k, asLua(v)])

/** Names and their values. */
export const TABLE = givenShape(table, (given) => [asLua(given)])

/** The same, with one that comes again and again. */
export const TABLE_WITH_LASTING = givenShape(tableWithLasting, ([given, lasting]) => [asLua({ ...lasting, ...given })])

const CONSUMER_MESSAGE = message<ConsumerMessage>({
  id: [1, string],
  created_at: [2, integer],
  username: [3, string],
  custom_id: [4, string],
})

/** A consumer that was looked for. */
export const CONSUMER = shape(CONSUMER_MESSAGE, {
  toLua: (given) => [given],
  fromLua: (found) => (isTable(found) ? found : {}),
})

/** Which consumer to look for. */
export const LOOKUP = givenShape(
  message<{ id: string; by_username: boolean }>({ id: [1, string], by_username: [2, boolean] }),
  ({ id = '', by_username = false }) => [id, by_username],
)

/** Fields that did not come are empty, not absent. */
const EMPTY_CONSUMER = { id: '', created_at: 0, username: '', custom_id: '', tags: {} }
const EMPTY_CREDENTIAL = { id: '', consumer_id: '' }

/** Who calls, and by what. */
export const LOGIN = givenShape(
  message<{ consumer: ConsumerMessage; credential: Partial<KongCredential> }>({
    consumer: [1, nested(CONSUMER_MESSAGE)],
    credential: [2, nested(message<KongCredential>({ id: [1, string], consumer_id: [2, string] }))],
  }),
  ({ consumer, credential }) => [
    consumer && { ...EMPTY_CONSUMER, ...consumer },
    credential && { ...EMPTY_CREDENTIAL, ...credential },
  ],
)

/** An answer. */
export const ANSWER = givenShape(
  message<{ status: number; body: string; headers: Table }>({
    status: [1, integer],
    body: [2, string],
    headers: [3, nested(table)],
  }),
  ({ status = 0, body = '', headers }) => [status, body, headers && asLua(headers)],
)
