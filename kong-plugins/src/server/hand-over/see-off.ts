// Ends connections from Kong that another server had before, or that nobody can be given, one after the other.
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Connections } from '../connections.ts'

/** How long workers of Kong may take to start instances anew, in milliseconds. */
const RECOVER_WITHIN_MILLIS = 1000
/** How long a call may take, and Kong to close its connection afterwards, in milliseconds, before the next one's turn. */
const CLOSED_WITHIN_MILLIS = 2500

/**
 * Ends connections, so that whoever has them can go: Kong opens others, to the server that has the path. One after the
 * other, because Kong starts its instances anew and asks again when a connection ends under a call, but fails when that
 * happens to such a start.
 * @param connections those that are served here
 * @param isOurs whether a connection that Kong does not close is ours to break off
 * @returns puts one more in the line
 */
export function createSeeOff(connections: Connections, isOurs: () => boolean): (socket: Socket) => void {
  const leaving: Socket[] = []

  async function seeAllOff(): Promise<void> {
    for (let socket = leaving[0]; socket !== undefined; socket = leaving[0]) {
      const closed = new Promise<void>((resolve) => {
        if (connections.get(socket)) socket.once('close', () => resolve())
        else resolve()
      })
      const connection = connections.get(socket)
      connection?.finish()
      const impatience = setTimeout(() => {
        if (isOurs()) socket.destroy()
      }, CLOSED_WITHIN_MILLIS)
      await closed
      clearTimeout(impatience)
      if (connection?.wasInterrupted) await delay(RECOVER_WITHIN_MILLIS)
      leaving.shift()
    }
  }

  return (socket) => {
    leaving.push(socket)
    if (leaving.length === 1) void seeAllOff()
  }
}
