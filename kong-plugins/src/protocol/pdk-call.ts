// What describes a PDK call, once for both sides: how it travels, what Lua gets of it, and the plugin's function for it.
import { NOTHING, type Shape } from './shapes.ts'

/** One of Kong's functions. */
export interface PdkCall<Argument, Result> {
  /** As in Lua, e.g. `kong.request.get_header`. */
  readonly name: string
  readonly argument: Shape<Argument>
  readonly result: Shape<Result>
}

/** What the handler may do. After the end nothing is said any more, and what is asked is never answered. */
export interface Talk {
  /** Makes a PDK call and waits for its result. */
  ask<Argument, Result>(call: PdkCall<Argument, Result>, argument: Argument): Promise<Result>
  /** Makes one that has no result, with the next question or at the end. Should it fail in Lua, Kong answers 500. */
  tell<Argument>(call: PdkCall<Argument, unknown>, argument: Argument): Promise<void>
  /** Makes one after which Kong asks for nothing more: the request is over. */
  last<Argument>(call: PdkCall<Argument, unknown>, argument: Argument): Promise<void>
}

/** A call with the function by which plugins make it. */
export interface PluginCall<Argument, Result, Given extends readonly unknown[], Found>
  extends PdkCall<Argument, Result> {
  /** The function of one event. */
  through(talk: Talk): (...given: Given) => Promise<Found>
}

/** A call that is waited for: a round trip to Kong. */
export function question<Argument, Result, Given extends readonly unknown[], Found>(
  name: string,
  argument: Shape<Argument>,
  result: Shape<Result>,
  toArgument: (...given: Given) => Argument,
  toFound: (result: Result) => Found,
): PluginCall<Argument, Result, Given, Found> {
  const call = { name, argument, result }
  const through =
    (talk: Talk) =>
    async (...given: Given) =>
      toFound(await talk.ask(call, toArgument(...given)))
  return { ...call, through }
}

/** A call without a result; after the `last` one the request is over. */
export function statement<Argument, Given extends readonly unknown[]>(
  manner: 'tell' | 'last',
  name: string,
  argument: Shape<Argument>,
  toArgument: (...given: Given) => Argument,
): PluginCall<Argument, unknown, Given, void> {
  const call = { name, argument, result: NOTHING }
  return {
    ...call,
    through:
      (talk) =>
      (...given) =>
        talk[manner](call, toArgument(...given)),
  }
}
