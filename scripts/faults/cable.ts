// A cable between two processes that can be slow, be cut, or lead elsewhere.
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A port of this machine that leads to another one. */
export interface Cable {
  readonly port: number
  /** Each chunk arrives so much later, in both directions. */
  slow(millis: number): void
  /** Ends all connections that there are. */
  cut(): void
  /** New connections lead to this port. */
  leadTo(port: number): void
  close(): void
}

export async function layCable(target: number): Promise<Cable> {
  const ends = new Set<Socket>()
  let [port, delayMillis] = [target, 0]
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true })
    join(near, far)
    join(far, near)
  })

  function join(from: Socket, to: Socket): void {
    ends.add(from)
    const later = (deliver: () => void): void => {
      if (delayMillis === 0) deliver()
      else setTimeout(deliver, delayMillis)
    }
    from.on('error', () => {})
    from.on('data', (chunk) => later(() => void to.write(chunk)))
    from.on('close', () => {
      ends.delete(from)
      to.destroy()
    })
  }
  function cut(): void {
    for (const end of ends) end.destroy()
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the cable has no port')
  return {
    port: address.port,
    slow: (millis) => {
      delayMillis = millis
    },
    cut,
    leadTo: (other) => {
      port = other
    },
    close() {
      cut()
      server.close()
    },
  }
}
