// The span of a call while it is verified, where tracing is on: it goes on with the caller's trace, and the backend with this one.
import { type ArrivedSpan, currentTracing, type Tracing } from '@mobile-api-gateway/sdk/tracing/span.ts'
import { TRACEPARENT, TRACESTATE } from '@mobile-api-gateway/sdk/tracing/traceparent.ts'
import type { Kong } from '../protocol/kong.ts'
import { CLEAR, type Effects, type RequestHeaders } from '../stages/effects.ts'

/** Which plugin decides, under which policy. */
export interface TracedPlugin {
  readonly plugin: string
  readonly policy: string
}

/** One call. */
export interface TracedCall {
  /** What is done and logged here belongs to the call. */
  within<T>(work: () => T): T
  /** Decides. What it asks of Kong first leaves together with what is asked here: tracing costs no round trip. */
  decide(work: () => Promise<Effects>): Promise<Effects>
  /** Tells the backend, with the headers that are written anyway, what to hang its spans below. */
  passedOn(effects: Effects): Effects
  end(effects: Effects): void
}

/** Undefined where tracing is off: then what a client says of traces passes as it came. */
export function traceCall(kong: Kong, about: TracedPlugin): TracedCall | undefined {
  const tracing = currentTracing()
  return tracing && new Traced(tracing, kong, about)
}

class Traced implements TracedCall {
  readonly #tracing: Tracing
  readonly #kong: Kong
  readonly #span: ArrivedSpan
  /** What else came with a traceparent belongs to that one alone. */
  #alone: RequestHeaders = { [TRACESTATE]: CLEAR }

  constructor(tracing: Tracing, kong: Kong, { plugin, policy }: TracedPlugin) {
    this.#tracing = tracing
    this.#kong = kong
    this.#span = tracing.arrive(plugin, 'server', { 'mobile_gateway.policy': policy })
  }

  within<T>(work: () => T): T {
    return this.#tracing.within(this.#span, work)
  }

  async decide(work: () => Promise<Effects>): Promise<Effects> {
    const known = this.#readCaller().catch(() => {})
    const [effects] = await Promise.all([work(), known])
    return effects
  }

  async #readCaller(): Promise<void> {
    const { nginx } = this.#kong
    // Of a repeated header this has both values, which is no traceparent.
    const parent = nginx.getVar(`http_${TRACEPARENT}`).then((value) => {
      if (this.#span.from(value)) this.#alone = {}
    })
    const [, requestId] = await Promise.all([parent, nginx.getVar('kong_request_id')])
    if (requestId !== undefined) this.#span.tell({ 'mobile_gateway.request_id': requestId })
  }

  passedOn(effects: Effects): Effects {
    if (effects.kind !== 'pass') return effects
    const told = { [TRACEPARENT]: this.#span.traceparent, ...this.#alone }
    return { ...effects, requestHeaders: { ...effects.requestHeaders, ...told } }
  }

  end(effects: Effects): void {
    const { kind } = effects
    const status = kind === 'pass' ? undefined : kind === 'deny' ? effects.denial.status : effects.answer.status
    this.#span.tell({
      'mobile_gateway.outcome': kind,
      ...(kind === 'deny' && { 'mobile_gateway.reason': effects.denial.reason }),
      ...(status !== undefined && { 'http.response.status_code': status }),
    })
    this.#span.end(status !== undefined && status >= 500 ? String(status) : undefined)
  }
}
