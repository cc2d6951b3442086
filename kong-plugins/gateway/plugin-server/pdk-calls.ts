// The PDK calls that plugins make over the socket, with arguments and results as Kong makes them of what travels.
import { readFrame } from '../../src/protocol/codec.ts'
import type { FrameWriter } from '../../src/protocol/frame-writer.ts'
import * as calls from '../../src/protocol/pdk-calls.ts'
import { isRecord } from '../config/model/source.ts'
import { bytesToText, convertDeep } from '../http/bytes.ts'
import type { Exchange } from '../http/exchange.ts'
import type { PdkFunction, PdkSettings } from '../pdk/function.ts'
import { PDK } from '../pdk/pdk.ts'
import { RpcError } from './connection.ts'

type Answer = (exchange: Exchange, settings: PdkSettings, argument: Buffer, out: FrameWriter) => void

/** Kong loses `false`, and an empty list is an empty table (Kong 3.9: runloop/plugin_servers/rpc/pb_rpc.lua `pb_unwrap`). */
function asLua(given: unknown): unknown {
  if (given === false) return undefined
  if (Array.isArray(given)) return given.length > 0 ? given.map(asLua) : {}
  if (!isRecord(given)) return given
  const entries = Object.entries(given).map(([k, v]) => [k, asLua(v)])
  return Object.fromEntries(entries.filter(([, v]) => v !== undefined))
}

function none(): [] {
  return []
}
function text(name = ''): [string] {
  return [name]
}
function pair({ k = '', v }: { k?: string; v?: unknown }): [string, unknown] {
  return [k, asLua(v)]
}
function table(given: unknown): [unknown] {
  return [asLua(given)]
}

function asNothing(): undefined {
  return undefined
}
function asText(found: unknown): string | undefined {
  return typeof found === 'string' && found !== '' ? found : undefined
}
function asValue(found: unknown): unknown {
  return found
}
function asConsumer(found: unknown): calls.Consumer {
  return isRecord(found) ? found : {}
}

/** Fields that did not come are empty, not absent. */
const EMPTY_CONSUMER = { id: '', created_at: 0, username: '', custom_id: '', tags: {} }
const EMPTY_CREDENTIAL = { id: '', consumer_id: '' }

function offer<Argument, Result>(
  call: calls.PdkCall<Argument, Result>,
  toArguments: (argument: Argument) => Parameters<PdkFunction>[1],
  toResult: (found: unknown) => Result,
): [string, Answer] {
  return [
    call.name,
    (exchange, settings, argument, out) => {
      const found = PDK.get(call.name)?.(exchange, toArguments(readFrame(call.argument, argument)), settings)
      out.add(call.result.write, toResult(convertDeep(found, bytesToText)))
    },
  ]
}

const ANSWERS: ReadonlyMap<string, Answer> = new Map([
  offer(calls.getHeader, text, asText),
  offer(calls.getMethod, none, asText),
  offer(calls.getVar, text, asText),
  offer(calls.getForwardedIp, none, asText),
  offer(calls.loadConsumer, ({ id = '', by_username = false }) => [id, by_username], asConsumer),
  offer(
    calls.authenticate,
    ({ consumer, credential }) => [
      consumer && { ...EMPTY_CONSUMER, ...consumer },
      credential && { ...EMPTY_CREDENTIAL, ...credential },
    ],
    asNothing,
  ),
  offer(calls.setSerializeValue, pair, asNothing),
  offer(calls.getShared, text, asValue),
  offer(calls.setShared, pair, asNothing),
  offer(calls.setRequestHeaders, table, asNothing),
  offer(calls.setResponseHeaders, table, asNothing),
  offer(calls.exit, ({ status = 0, body = '', headers }) => [status, body, headers && asLua(headers)], asNothing),
])

/**
 * Makes a plugin's PDK call and writes what comes of it.
 * @returns false when the request is answered with it
 * @throws RpcError for a call that is not offered, FrameError for an argument that is not its, LuaError
 */
export function answerPdkCall(
  exchange: Exchange,
  settings: PdkSettings,
  name: string,
  argument: Buffer,
  out: FrameWriter,
): boolean {
  const answer = ANSWERS.get(name)
  if (answer === undefined) throw new RpcError(`method "${name}" not found`)
  answer(exchange, settings, argument, out)
  return exchange.answer === undefined
}
