// The PDK calls that plugins make over the socket, with arguments and results as Kong makes them of what travels.
import { readFrame } from '../../src/protocol/codec.ts'
import type { FrameWriter } from '../../src/protocol/frame-writer.ts'
import type { PdkCall } from '../../src/protocol/pdk-call.ts'
import * as calls from '../../src/protocol/pdk-calls.ts'
import { bytesToText, convertDeep } from '../http/bytes.ts'
import type { Exchange } from '../http/exchange.ts'
import type { PdkSettings } from '../pdk/function.ts'
import { PDK } from '../pdk/pdk.ts'
import { RpcError } from './connection.ts'

const CALLS = new Map<string, PdkCall<unknown, unknown>>(Object.values(calls).map((call) => [call.name, call]))

/**
 * Makes a plugin's PDK call and writes what comes of it.
 * @returns false when the request is answered with it
 * @throws {RpcError} when the call is not offered
 * @throws {FrameError} when the argument is not that call's
 * @throws {LuaError} when Kong's function would not take it
 */
export function answerPdkCall(
  exchange: Exchange,
  settings: PdkSettings,
  name: string,
  argument: Buffer,
  out: FrameWriter,
): boolean {
  const call = CALLS.get(name)
  if (call === undefined) throw new RpcError(`method "${name}" not found`)
  const given = call.argument.toLua(readFrame(call.argument, argument))
  const found = PDK.get(name)?.(exchange, given, settings)
  out.add(call.result.write, call.result.fromLua(convertDeep(found, bytesToText)))
  return exchange.answer === undefined
}
