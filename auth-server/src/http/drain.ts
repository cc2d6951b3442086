// How a server ends without cutting anybody off: it says that it is leaving, serves who is there, then lets them go.
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** Set once the server is about to end. */
    readonly drain: Drain
  }
}

export interface Drain {
  /** Whether the server is about to end; readiness says so first. */
  readonly begun: boolean
  /**
   * Ends the server: for `graceSeconds` it goes on listening, so that load balancers hear of it; kept connections get one
   * more answer each, which closes them, and idle ones are closed at once. Whoever is left at the deadline, ten seconds
   * from now unless told, is cut off.
   */
  end(options: Readonly<{ graceSeconds: number; deadlineSeconds?: number }>): Promise<void>
}

export function addDrain(app: FastifyInstance): void {
  let begun = false
  app.decorate('drain', {
    get begun() {
      return begun
    },
    async end({ graceSeconds, deadlineSeconds = 10 }) {
      begun = true
      const deadline = setTimeout(() => app.server.closeAllConnections(), deadlineSeconds * 1000)
      app.server.closeIdleConnections()
      await delay(graceSeconds * 1000)
      await app.close().finally(() => clearTimeout(deadline))
    },
  } satisfies Drain)
  // A request that was under way keeps its connection: a form's answer is a redirect, which the browser follows on it.
  app.addHook('onRequest', (_request, reply, done) => {
    if (begun) reply.header('connection', 'close')
    done()
  })
}
