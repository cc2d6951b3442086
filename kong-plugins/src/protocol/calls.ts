// What Kong asks of a plugin server, and what it gets: RpcCall and RpcReturn of Kong 3.9.3, by the names they have there.
import { type Codec, integer, list, message, nested, string } from './codec.ts'

/** One call; it has one of the commands, or one that our plugins have no use for. */
export const rpcCall = message<{
  /** Comes back in the answer. */
  sequence: number
  cmd_get_plugin_names: object
  /** `config` is JSON. */
  cmd_start_instance: { name?: string; config?: string }
  cmd_close_instance: { instance_id?: number }
  /** Runs a phase: `access`. PDK calls come before the answer. */
  cmd_handle_event: { instance_id?: number; event_name?: string }
}>({
  sequence: [1, integer],
  cmd_get_plugin_names: [31, nested(message({}))],
  cmd_start_instance: [33, nested(message({ name: [1, string], config: [2, string] }))],
  cmd_close_instance: [35, nested(message({ instance_id: [1, integer] }))],
  cmd_handle_event: [36, nested(message({ instance_id: [1, integer], event_name: [2, string] }))],
})

/** The answer: nothing but the sequence when an event is over or an instance closed. */
export const rpcReturn = message<{
  sequence: number
  plugin_names: readonly string[]
  instance_status: { name?: string; instance_id?: number }
}>({
  sequence: [1, integer],
  plugin_names: [31, nested(list(string))],
  instance_status: [33, nested(message({ name: [1, string], instance_id: [2, integer] }))],
})

type Read<Message> = Message extends Codec<infer Value> ? Readonly<Value> : never

/** See {@link rpcCall}. */
export type RpcCall = Read<typeof rpcCall>

/** See {@link rpcReturn}. */
export type RpcReturn = Read<typeof rpcReturn>
