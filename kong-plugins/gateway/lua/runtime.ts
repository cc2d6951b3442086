// Runs the Lua of pre-function and post-function in a Lua VM: the same guard that is deployed in Kong.
import { readFileSync } from 'node:fs'
import { type LuaEngine, LuaFactory, LuaMultiReturn } from 'wasmoon'
import type { LuaPhase } from '../config/support.ts'
import { bytesToText, convertDeep } from '../http/bytes.ts'
import type { Exchange } from '../http/exchange.ts'
import { headerTable } from '../http/header-list.ts'
import type { PdkSettings } from '../pdk/function.ts'
import { PDK } from '../pdk/pdk.ts'

const PRELUDE = readFileSync(new URL('prelude.lua', import.meta.url), 'utf8')

/** Lua instructions that one function may take: far more than a guard needs, far less than a second. */
const INSTRUCTION_LIMIT = 5_000_000

/** After these nothing of the function runs any more. */
const ENDS_FUNCTION = new Set(['kong.response.exit', 'kong.response.error'])

/** A compiled piece of Lua; throws what the Lua throws, and leaves answers in the exchange. */
export type LuaFunction = (exchange: Exchange, phase: LuaPhase) => void

/** One Lua VM. Lua here never waits, so one VM serves all requests, one function after the other. */
export class LuaRuntime {
  readonly #engine: LuaEngine
  readonly #compile: (code: string, name: string) => unknown
  readonly #run: (chunk: number) => unknown
  #current: { exchange: Exchange; phase: LuaPhase } | undefined

  private constructor(engine: LuaEngine, settings: PdkSettings) {
    this.#engine = engine
    engine.global.loadString(PRELUDE, 'prelude')
    engine.global.pushValue((name: string, ...args: unknown[]) => this.#call(name, args, settings))
    engine.global.pushValue([...PDK.keys()])
    engine.global.pushValue(INSTRUCTION_LIMIT)
    const [compile, run]: unknown[] = engine.global.runSync(3)
    if (typeof compile !== 'function' || typeof run !== 'function') throw new Error('the Lua prelude did not load')
    this.#compile = (code, name) => compile(code, name)
    this.#run = (chunk) => run(chunk)
  }

  static async create(settings: PdkSettings): Promise<LuaRuntime> {
    const engine = await new LuaFactory().createEngine({ injectObjects: false, enableProxy: false })
    return new LuaRuntime(engine, settings)
  }

  #call(name: string, args: readonly unknown[], settings: PdkSettings): unknown {
    const { exchange, phase } = this.#current ?? {}
    if (exchange === undefined) throw new Error('no request is being served')
    if (name === 'ngx.now') return Date.now() / 1000
    if (name === 'ngx.get_phase') return phase
    if (name === 'ngx.req.get_headers') {
      const max = args[0] ?? settings.maxHeaders
      return convertDeep(headerTable(exchange.requestHeaders, Number(max)), bytesToText)
    }
    const given = args.map((arg) => arg ?? undefined)
    const result = convertDeep(PDK.get(name)?.(exchange, given, settings), bytesToText)
    return ENDS_FUNCTION.has(name) ? LuaMultiReturn.of(result, true) : result
  }

  /** Compiles Lua source. @throws {Error} with Lua's message and line. */
  compile(code: string, name: string): LuaFunction {
    const chunk = this.#compile(code, name)
    if (typeof chunk !== 'number') throw new Error(String(chunk))
    return (exchange, phase) => {
      this.#current = { exchange, phase }
      try {
        const error = this.#run(chunk)
        if (typeof error === 'string') throw new Error(error)
      } finally {
        this.#current = undefined
      }
    }
  }

  close(): void {
    this.#engine.global.close()
  }
}
