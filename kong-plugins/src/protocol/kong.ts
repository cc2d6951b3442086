// What the plugins may ask of Kong: honest types of the few PDK calls used, as they behave in Kong 3.9.3.
import type { KongConsumer, KongCredential } from '../stages/consumer/kong-identity.ts'

/** Header values to send; `''` arrives as a blank. */
export type HeaderValues = Readonly<Record<string, string>>

/** The reading half: handed to the stages, which decide and change nothing. */
export interface KongReader {
  readonly request: {
    /**
     * First value of a request header; undefined when there is none, or nothing in it. It reads `ngx.var.http_*`; a value
     * with `, ` in it is read again from the first 100 headers only. For `authorization` both are harmless: nginx refuses
     * a second one with 400, the name has no dash that an underscore could imitate, and a value that gets lost this way
     * counts as no token.
     */
    getHeader(name: string): Promise<string | undefined>
    /** Upper-case as sent, e.g. `GET`. */
    getMethod(): Promise<string>
  }
  readonly nginx: {
    /**
     * nginx's variable of this name: of headers (`http_dpop`) all that came, joined by a comma; `request` is the request
     * line as the client sent it. Undefined when there is none, or nothing in it.
     */
    getVar(name: string): Promise<string | undefined>
  }
  readonly client: {
    /** The caller's address; behind a proxy only if Kong's `trusted_ips` names that proxy. */
    getForwardedIp(): Promise<string>
    /** A consumer of kong.yml; with `true` by its username. Undefined when there is none. Without, an id that is no UUID is 500. */
    loadConsumer(username: string, byUsername: true): Promise<KongConsumer | undefined>
  }
  readonly ctx: {
    readonly shared: {
      /** A value that an earlier plugin of this request left; undefined when none. Lua made it: trust no shape. */
      get(key: string): Promise<unknown>
    }
  }
}

/**
 * All of it: for the shell alone, which carries out what the stages decided. Only what has a result is a round trip to
 * Kong.
 */
export interface Kong extends KongReader {
  readonly ctx: {
    readonly shared: KongReader['ctx']['shared'] & {
      /** Leaves a value (anything that JSON could carry, too) for later plugins of this request. */
      set(key: string, value: unknown): Promise<void>
    }
  }
  readonly client: KongReader['client'] & {
    /** From now on this is the consumer and the credential of the request, for all plugins after us and the logs. */
    authenticate(consumer: KongConsumer, credential: KongCredential): Promise<void>
  }
  readonly log: {
    /** Sets a member of what log plugins write, dots leading inwards; the value may be a table. */
    setSerializeValue(key: string, value: string | Readonly<Record<string, string>>): Promise<void>
  }
  readonly service: {
    readonly request: {
      /**
       * Sets, in place of whatever was there, headers of the request to the backend; an empty list clears one. Later
       * plugins see them too.
       */
      setHeaders(headers: Readonly<Record<string, string | readonly string[]>>): Promise<void>
    }
  }
  readonly response: {
    setHeaders(headers: HeaderValues): Promise<void>
    /**
     * Ends the request. Kong answers nothing to this call and the handler keeps running: always `return` it. A record
     * becomes JSON; of several WWW-Authenticate values only the last is sent.
     */
    exit(status: number, body: string | Readonly<Record<string, unknown>>, headers: HeaderValues): Promise<void>
  }
}
