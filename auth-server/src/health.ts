// Health for whoever restarts and routes: live says the process answers, ready says it can do its work.
import type { FastifyInstance } from 'fastify'
import type { Deps } from './deps.ts'
import { isWritable } from './store/health.ts'

const RETRY_AFTER_SECONDS = '5'

export const addHealth = (app: FastifyInstance, { db }: Deps): void => {
  app.get('/health/live', async () => ({ status: 'ok' }))
  app.get('/health/ready', async (request, reply) => {
    const refuse = (status: string) => reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).send({ status })
    try {
      if (await isWritable(db)) return { status: 'ok' }
      request.log.warn('the database cannot be written')
      return refuse('database cannot be written')
    } catch (err) {
      request.log.warn({ err }, 'the database does not answer')
      return refuse('database unavailable')
    }
  })
}
