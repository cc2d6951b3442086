// Health for whoever restarts and routes: live says the process answers, ready says it can do its work.
import type { FastifyInstance } from 'fastify'
import type { Deps } from './deps.ts'
import { ping } from './store/health.ts'

export const addHealth = (app: FastifyInstance, { db }: Deps): void => {
  app.get('/health/live', { exposeHeadRoute: true }, async () => ({ status: 'ok' }))
  app.get('/health/ready', { exposeHeadRoute: true }, async (request, reply) => {
    if (app.drain.begun) return reply.code(503).send({ status: 'shutting down' })
    try {
      await ping(db)
      return { status: 'ok' }
    } catch (err) {
      request.log.warn({ err }, 'the database does not answer')
      return reply.code(503).header('retry-after', '5').send({ status: 'database unavailable' })
    }
  })
}
