// The part of npm's oidc-provider that tests use; the package brings no types.
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export type Grant = {
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }

  /** What its functions of configuration are called with. */
  export type Context = {
    type: string
    body: string
    readonly oidc: Readonly<{
      provider: Provider
      client: Readonly<{ clientId: string }>
      session: Readonly<{ accountId?: string }>
      params?: Readonly<Record<string, unknown>>
    }>
  }

  export default class Provider {
    /** @param configuration as its documentation says; functions get their types where they are written. */
    constructor(issuer: string, configuration: object)
    readonly Grant: new (
      of: Readonly<{ clientId: string; accountId: string | undefined }>,
    ) => Grant
    callback(): (request: IncomingMessage, response: ServerResponse) => void
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>
  }

  export const errors: Readonly<{ InvalidTarget: new (description?: string) => Error }>
}
