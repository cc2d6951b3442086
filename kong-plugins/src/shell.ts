// Around every plugin: reads through the stage, then one write; whatever goes wrong, the request ends with 503 and never passes.
import type { Logger } from 'pino'
import { askedRequest } from './asked-request.ts'
import { CHAIN_CONTEXT_KEY } from './chain-context.ts'
import type { Meter } from './metrics/decisions.ts'
import type { Decide } from './plugins/plugin.ts'
import type { Kong } from './protocol/kong.ts'
import { type NamedRequest, requestIdOf } from './request-id.ts'
import { type Answer, type Denial, deny, type Effects, unavailable } from './stages/effects.ts'
import { type TracedCall, traceCall } from './tracing/traced-call.ts'
import type { TroubleLog } from './trouble-log.ts'

/** What the shell needs: where to report, where to count, and the longest a request may take, in milliseconds. */
export interface ShellOptions {
  readonly plugin: string
  readonly policy: string
  readonly log: Logger
  readonly trouble: TroubleLog
  readonly meter: Meter
  readonly deadlineMillis: number
  readonly tellsRequests: boolean
}

/**
 * The access handler of a plugin. It never throws: an event that ends without an answer has passed. After the deadline
 * nothing that the late stage decides is carried out any more.
 */
export function handleAccess(kong: Kong, decide: Decide, options: ShellOptions): Promise<void> {
  const traced = traceCall(kong, options)
  return traced ? traced.within(() => handle(kong, decide, options, traced)) : handle(kong, decide, options)
}

async function handle(
  kong: Kong,
  decide: Decide,
  { plugin, log, trouble, meter, deadlineMillis, tellsRequests }: ShellOptions,
  traced?: TracedCall,
): Promise<void> {
  const started = performance.now()
  const nameIf = async (isTold: boolean): Promise<NamedRequest> =>
    isTold ? { requestId: await requestIdOf(kong) } : {}
  let effects: Effects
  let isLate = false
  try {
    const work = traced ? traced.decide(() => decide(kong)) : decide(kong)
    const decided = await withinDeadline(work, deadlineMillis)
    isLate = decided === undefined
    effects = decided ?? deny(unavailable(`no decision within ${deadlineMillis} ms`))
  } catch (error) {
    const named = await nameIf(trouble.isDue('stage failed'))
    trouble.note('stage failed', { plugin, ...named, err: error }, 'stage failed; failing closed')
    effects = deny(unavailable('stage failed'))
  }
  const asked = tellsRequests && effects.kind === 'deny' ? await askedRequest(kong) : undefined
  // Who came too late may still be asking something of Kong.
  const named = await nameIf(effects.kind === 'deny' && !isLate && isTold(effects.denial, { log, trouble }))
  try {
    await carryOut(kong, traced ? traced.passedOn(effects) : effects)
  } catch (error) {
    trouble.note('effects not carried out', { plugin, ...named, err: error }, 'effects not carried out; failing closed')
    effects = deny(unavailable('effects not carried out'))
    await carryOut(kong, effects).catch(() => {})
  }
  meter.count(effects.kind, effects.kind === 'deny' ? effects.denial.reason : '', performance.now() - started)
  if (effects.kind === 'deny') {
    const { clientId: client, denial } = effects
    const { status, reason } = denial
    // A refused client is everyday business; a 503 is our own trouble.
    if (status >= 500) trouble.note(reason, { plugin, ...named, status }, 'request denied')
    else log.debug({ plugin, ...named, ...asked, status, client, reason, says: sentenceOf(denial) }, 'request denied')
  }
  traced?.end(effects)
}

/** Whether there will be a line of a refusal: where there is none, Kong is not asked for its name. */
function isTold({ status, reason }: Denial, { log, trouble }: Pick<ShellOptions, 'log' | 'trouble'>): boolean {
  return status >= 500 ? trouble.isDue(reason) : log.isLevelEnabled('debug')
}

/** Fixed words of ours. */
function sentenceOf({ says, body }: Denial): string {
  return says ?? (typeof body === 'string' ? body : String(body.error_description ?? body.message ?? ''))
}

async function carryOut(kong: Kong, effects: Effects): Promise<void> {
  if (effects.kind !== 'answer' && effects.logFields) await kong.log.setSerializeValue('gateway', effects.logFields)
  if (effects.kind === 'deny') return refuse(kong, effects.denial)
  if (effects.kind === 'answer') return answer(kong, effects.answer)
  const { requestHeaders = {}, callerHeaders, secretHeaders = [], responseHeaders = {} } = effects
  const { chainContext, authenticate, groups } = effects
  if (authenticate) await kong.client.authenticate(authenticate.consumer, authenticate.credential)
  if (groups) await kong.ctx.shared.set('authenticated_groups', groups)
  if (callerHeaders || Object.keys(requestHeaders).length > 0)
    await kong.service.request.setHeaders(requestHeaders, callerHeaders)
  for (const name of secretHeaders) {
    await kong.log.setSerializeValue(`request.headers.${name.toLowerCase()}`, 'REDACTED')
  }
  if (Object.keys(responseHeaders).length > 0) await kong.response.setHeaders(responseHeaders)
  if (chainContext) await kong.ctx.shared.set(CHAIN_CONTEXT_KEY, chainContext)
}

/**
 * To a gRPC client Kong itself says `grpc-status` and `grpc-message`, as long as the answer has no Content-Type of its
 * own; without them, 429 arrives as UNAVAILABLE, which clients try again. As that is what 503 means to them anyway, our
 * own trouble is told without a question, and no other refusal depends on the answer.
 */
async function refuse(kong: Kong, denial: Denial): Promise<void> {
  if (denial.status >= 500) return answer(kong, denial)
  const type = await kong.request.getHeader('content-type').catch(() => undefined)
  if (type?.startsWith('application/grpc') !== true) return answer(kong, denial)
  const { status, body, headers } = denial
  return kong.response.exit(
    status,
    typeof body === 'string' ? body : String(body.message ?? body.error_description ?? ''),
    headers,
  )
}

function answer(kong: Kong, { status, body, headers }: Answer): Promise<void> {
  return kong.response.exit(status, body, headers)
}

/** Undefined after the deadline. */
function withinDeadline(work: Promise<Effects>, deadlineMillis: number): Promise<Effects | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), deadlineMillis)
    work.then(
      (effects) => {
        clearTimeout(timer)
        resolve(effects)
      },
      (cause: unknown) => {
        clearTimeout(timer)
        reject(cause)
      },
    )
  })
}
