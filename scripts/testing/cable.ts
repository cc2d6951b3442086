// A cable between two processes that can be slow, be cut, be held still, or lead elsewhere.
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Where something listens: a port, of this machine unless told, or a Unix socket. */
export type CableEnd = Readonly<{ port: number; host?: string }> | Readonly<{ path: string }>

/** A place of this machine that leads to another one. */
export interface Cable {
  /** 0 at a Unix socket. */
  readonly port: number
  /** Each chunk arrives so much later, in both directions; those of a connection stay in order. */
  slow(millis: number): void
  /** Ends all connections that there are. */
  cut(): void
  /** The same, and none is let in any more. */
  unplug(): void
  /** Connections stay, and nothing comes through any more. */
  hold(): void
  /** After `unplug` or `hold`: what comes is let through. Connections that were held are ended. */
  mend(): void
  /** New connections lead to this place. */
  leadTo(place: CableEnd): void
  close(): void
}

/** @param at its own place; a free port unless told */
export async function layCable(target: CableEnd, at: CableEnd = { port: 0 }): Promise<Cable> {
  const ends = new Set<Socket>()
  let [place, delayMillis] = [target, 0]
  let state: 'through' | 'unplugged' | 'held' = 'through'
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    if (state === 'unplugged') {
      near.destroy()
      return
    }
    const far = connect({ host: '127.0.0.1', ...place, noDelay: true, allowHalfOpen: true })
    join(near, far)
    join(far, near)
  })

  function join(from: Socket, to: Socket): void {
    ends.add(from)
    let pending = 0
    let before = Promise.resolve()
    /** At once, or in its turn. */
    const later = (deliver: () => void): void => {
      if (delayMillis === 0 && pending === 0) {
        deliver()
        return
      }
      pending += 1
      const waited = sleep(delayMillis, undefined, { ref: false })
      before = Promise.all([before, waited]).then(() => {
        pending -= 1
        if (!to.destroyed) deliver()
      })
    }
    from.on('error', () => {})
    from.on('data', (chunk) => state === 'through' && later(() => void to.write(chunk)))
    from.on('end', () => later(() => void to.end()))
    from.on('close', () => {
      ends.delete(from)
      if (!from.readableEnded) to.destroy()
    })
  }
  function cut(): void {
    for (const end of ends) end.destroy()
  }

  server.listen({ host: '127.0.0.1', ...at, backlog: 4096 })
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    slow: (millis) => {
      delayMillis = millis
    },
    cut,
    unplug() {
      state = 'unplugged'
      cut()
    },
    hold() {
      state = 'held'
    },
    mend() {
      state = 'through'
      cut()
    },
    leadTo: (other) => {
      place = other
    },
    close() {
      cut()
      server.close()
    },
  }
}
