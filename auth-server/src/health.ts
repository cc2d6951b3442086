// Health for whoever restarts and routes: live says the process answers, ready says it can do its work.
import type { FastifyInstance } from 'fastify'
import type { Deps } from './deps.ts'
import { allowOnly } from './http/methods.ts'
import { isWritable } from './store/health.ts'

const LIVE_PATH = '/health/live'
const READY_PATH = '/health/ready'
const RETRY_AFTER_SECONDS = '5'

// Asked every few seconds, for ever: what goes well is no news.
const QUIETER = ['error', 'fatal', 'silent'] as const

export function addHealth(app: FastifyInstance, { db, config }: Deps): void {
  const logLevel = QUIETER.find((level) => level === config.logLevel) ?? 'warn'
  app.get(LIVE_PATH, { logLevel, exposeHeadRoute: true }, async () => ({ status: 'ok' }))
  app.get(READY_PATH, { logLevel, exposeHeadRoute: true }, async (request, reply) => {
    const refuse = (status: string) => reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).send({ status })
    if (app.drain.begun) return refuse('shutting down')
    try {
      if (await isWritable(db)) return { status: 'ok' }
      request.log.warn('the database cannot be written')
      return refuse('database cannot be written')
    } catch (error) {
      request.log.warn({ err: error }, 'the database does not answer')
      return refuse('database unavailable')
    }
  })
  for (const path of [LIVE_PATH, READY_PATH]) allowOnly(app, path, ['GET', 'HEAD'])
}
