// Runs the handler of one event: a phase of one request.
import type { RpcCall } from '../protocol/calls.ts'
import type { FrameWriter } from '../protocol/frame-writer.ts'
import { createKong } from '../protocol/kong.ts'
import { unavailable } from '../stages/effects.ts'
import { Conversation } from './conversation.ts'
import type { KongServer } from './kong-server.ts'

/** The connection that Kong is spoken to over. */
export interface EventConnection {
  /** Collects the frames. */
  readonly out: FrameWriter
  /** Sends those collected. */
  readonly send: () => void
  /** Nothing more will be said. */
  readonly onEnd: () => void
}

/** Starts it. @throws {Error} when there is no such instance, or no handler for that phase */
export function startEvent(
  { instances, events }: KongServer,
  { sequence = 0, cmd_handle_event: { instance_id = 0, event_name } = {} }: RpcCall,
  { out, send, onEnd }: EventConnection,
): Conversation {
  if (event_name !== 'access') throw new Error('only the access phase is handled')
  const instance = instances.use(instance_id)
  if (!instance) throw new Error(`no plugin instance #${instance_id}`)
  const talk = new Conversation(out, send, () => {
    events.delete(talk)
    onEnd()
  })
  events.add(talk)
  const kong = createKong(talk)
  instance.executePhase('access', kong).then(
    () => talk.end(sequence),
    () => {
      const { status, body, headers } = unavailable('the handler failed')
      return kong.response.exit(status, body, headers)
    },
  )
  return talk
}
