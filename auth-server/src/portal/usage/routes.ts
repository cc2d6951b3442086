// GET /portal/usage, /portal/usage/:client and /portal/usage/:client/refusals.
import type { FastifyRequest } from 'fastify'
import { Parameters } from '../../http/parameters.ts'
import { pathParameter } from '../../http/request-path.ts'
import { sendPage } from '../../pages/send-page.ts'
import { PATHS } from '../paths.ts'
import type { PortalHandler, PortalRoutes } from '../route.ts'
import { refusalsPage } from './refusals-view.ts'
import { queryOf, type ShownTime, timeOf } from './times.ts'
import { usagePage } from './view.ts'

function clientOf(request: FastifyRequest): string {
  return pathParameter(request, 'client') ?? ''
}

/** What the address of a page of figures asks for. */
export function askedTime(request: FastifyRequest, now: Date): ShownTime {
  return timeOf(Parameters.ofUrl(request.raw.url ?? ''), now)
}

const showOne: PortalHandler = async (request, reply, me) => {
  const params = { client_id: clientOf(request) }
  const time = askedTime(request, me.now)
  const { body: application } = await me.ask('applications.get', { params })
  const { body: figures } = await me.ask('usage.list', { query: { ...queryOf(time, me.now), ...params } })
  return sendPage(reply, usagePage(me, { figures, time, application }))
}

const showAll: PortalHandler = async (request, reply, me) => {
  const time = askedTime(request, me.now)
  const { body: figures } = await me.ask('usage.list', { query: queryOf(time, me.now) })
  return sendPage(reply, usagePage(me, { figures, time }))
}

const showRefusals: PortalHandler = async (request, reply, me) => {
  const params = { client_id: clientOf(request) }
  const asked = Parameters.ofUrl(request.raw.url ?? '')
  const requestId = (asked.get('request') ?? '').trim()
  const cursor = asked.get('cursor') ?? ''
  const { body: application } = await me.ask('applications.get', { params })
  const query = { ...(requestId !== '' && { request_id: requestId }), ...(cursor !== '' && { cursor }) }
  const { body: refusals } = await me.ask('refusals.list', { params, query })
  return sendPage(reply, refusalsPage(me, { refusals, application, requestId }))
}

export function usageRoutes(): PortalRoutes {
  return {
    [PATHS.usage]: { needs: 'developer', GET: showAll },
    [PATHS.usageOfApplication]: { needs: 'developer', GET: showOne },
    [PATHS.refusals]: { needs: 'developer', GET: showRefusals },
  }
}
