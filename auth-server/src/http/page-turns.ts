// Pages begin one after the other, so that two hundred browsers at once hold nobody up who only wants a token.
import type { FastifyInstance } from 'fastify'
import { temporarilyUnavailable } from './problem.ts'

/** Pages that may wait at once, to begin or for a connection to the database (about a second of work). */
export const MAX_PAGES_WAITING = 500
const RETRY_AFTER_SECONDS = 5

/**
 * Lets one page begin in each turn of the event loop: between two of them, what has arrived meanwhile is read and
 * answered. A page that comes alone begins at once.
 * @param waitingElsewhere pages that have begun, and wait
 * @param refused is told of each page beyond the bound
 */
export function addPageTurns(app: FastifyInstance, waitingElsewhere: () => number, refused: () => void): void {
  const line: (() => void)[] = []
  let isTaken = false

  function nextTurn(): void {
    const begin = line.shift()
    isTaken = begin !== undefined
    if (begin === undefined) return
    setImmediate(nextTurn)
    begin()
  }

  app.addHook('onRequest', (request, _reply, done) => {
    if (request.routeOptions.config.errors !== 'page') return done()
    if (line.length + waitingElsewhere() >= MAX_PAGES_WAITING) {
      refused()
      return done(
        temporarilyUnavailable('too many people are here at once; try again in a few seconds', RETRY_AFTER_SECONDS),
      )
    }
    if (isTaken) {
      line.push(done)
      return
    }
    isTaken = true
    setImmediate(nextTurn)
    done()
  })
}
