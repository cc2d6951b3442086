// Runs the Lua of kong.yml on made-up requests: what it does counts, not how it is written.
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Route, Service } from '../gateway/config/types.ts'
import { createExchange, type Exchange } from '../gateway/http/exchange.ts'
import type { HeaderLine } from '../gateway/http/header-list.ts'
import type { RouteMatch } from '../gateway/http/router.ts'
import { type LuaFunction, LuaRuntime } from '../gateway/lua/runtime.ts'

/** What became of a probe. */
export interface ProbeOutcome {
  /** Status the Lua answered with; undefined when the request may go on. */
  readonly status: number | undefined
  /** The request's headers afterwards. */
  readonly request: readonly HeaderLine[]
  /** Names of the response headers that were set, in lower case. */
  readonly response: readonly string[]
  /** The Lua failed: Kong answers 500. */
  readonly failure: string | undefined
}

/** A made-up request. */
export interface ProbeRequest {
  readonly headers: readonly HeaderLine[]
  /** `kong.ctx.shared` as plugins before left it. */
  readonly shared?: Readonly<Record<string, unknown>>
  /** Id of the consumer that Kong knows. */
  readonly consumer?: string
  /** Name of the service that it is for, `null` for one without a name; without this it is for none. */
  readonly service?: string | null
}

/** Lua that has been compiled for probing. */
export interface Steps {
  readonly rewrite: readonly string[]
  readonly access: readonly string[]
}

const ROUTE: Omit<Route, 'service'> = {
  ...{ id: 'probe', name: 'probe', entity: { id: 'probe' }, hosts: [], paths: ['/probe'], methods: [], headers: [] },
  ...{ protocols: ['http'], stripPath: false, preserveHost: false, regexPriority: 0, pathHandling: 'v0' },
  httpsRedirectStatus: 426,
}
const SERVICE: Omit<Service, 'name' | 'entity'> = {
  ...{ id: 'probe', protocol: 'http', host: 'probe.example', port: 80, path: '', tlsVerify: false },
  ...{ connectTimeout: 1000, readTimeout: 1000, writeTimeout: 1000, retries: 0 },
}

function matchFor(name: string | null): RouteMatch {
  const entity = { id: SERVICE.id, name }
  const service = { ...SERVICE, name: name ?? SERVICE.id, entity }
  return { route: { ...ROUTE, service }, prefix: undefined, upstreamPath: '/probe' }
}

function exchangeFor({ headers, shared = {}, consumer, service }: ProbeRequest): Exchange {
  const request = new IncomingMessage(new Socket())
  request.url = '/probe'
  request.method = 'GET'
  request.httpVersion = '1.1'
  request.rawHeaders = ['Host', 'probe.example', ...headers.flat()]
  const exchange = createExchange(request)
  for (const [key, value] of Object.entries(shared)) exchange.shared.set(key, value)
  if (consumer !== undefined) exchange.identity = { ...exchange.identity, consumer: { id: consumer } }
  if (service !== undefined) exchange.match = matchFor(service)
  return exchange
}

/** A Lua VM with the request functions of Kong, for trying functions out. */
export class Prober {
  readonly #lua: LuaRuntime
  readonly #compiled = new Map<string, LuaFunction>()

  private constructor(lua: LuaRuntime) {
    this.#lua = lua
  }

  static async create(): Promise<Prober> {
    return new Prober(await LuaRuntime.create({ maxHeaders: 100, log: () => {} }))
  }

  #function(code: string): LuaFunction {
    const known = this.#compiled.get(code) ?? this.#lua.compile(code, 'function')
    this.#compiled.set(code, known)
    return known
  }

  /** Runs functions in their order on one request, as long as none answers. */
  run(request: ProbeRequest, steps: Steps): ProbeOutcome {
    const exchange = exchangeFor(request)
    let failure: string | undefined
    try {
      for (const phase of ['rewrite', 'access'] as const) {
        for (const code of steps[phase]) {
          if (exchange.answer === undefined) this.#function(code)(exchange, phase)
        }
      }
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error)
    }
    return {
      status: failure === undefined ? exchange.answer?.status : 500,
      request: exchange.requestHeaders.lines,
      response: exchange.responseHeaders.lines.map(([name]) => name.toLowerCase()),
      failure,
    }
  }

  close(): void {
    this.#lua.close()
  }
}
