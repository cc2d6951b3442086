// The contract of an endpoint: a file with its handler, and a row in endpoints.ts.
import type { FastifyContextConfig, FastifyInstance, RouteHandlerMethod } from 'fastify'
import type { Deps } from '../deps.ts'

export interface Endpoint {
  readonly path: string
  /** Every other one is answered with 405 and this list. HEAD is GET without a body, for documents. */
  readonly methods: readonly ('GET' | 'HEAD' | 'POST')[]
  /** Mounted below `/apis/<api>` as well; its handler asks `fixedResource` which API that is. */
  readonly perApi?: boolean
  /** What comes in its body; a form unless it says otherwise, which the handler reads by `readForm`. */
  readonly body?: 'json'
  /** Of what comes in its body, where that may be longer. */
  readonly bodyLimitBytes?: number
  /** Parameters of its form that are no grant's and no authorization request's: they have no place in a URL. */
  readonly parameters?: readonly string[]
  /** How it answers errors. */
  readonly errors: FastifyContextConfig['errors']
  /** Its GET is opened by a person's browser, whoever calls its POST. */
  readonly getIsPage?: boolean
  /** Answers hold secrets or what is true for a moment: no cache keeps them, not even an old one (RFC 6749 §5.1). */
  readonly noStore?: boolean
  /** Its handler reads DPoP proofs, so that it gives out nonces, too (RFC 9449 §8). */
  readonly readsProofs?: boolean
  /** Which pages of other origins may read its answers; none unless it says so. */
  readonly cors?: FastifyContextConfig['cors']
  /** Its name in the metadata of this server (RFC 8414 §2). */
  readonly discovery?: string
  /** Makes the handler, once; `endpoints` is the table that it stands in. */
  readonly handler: (deps: Deps, app: FastifyInstance, endpoints: readonly Endpoint[]) => RouteHandlerMethod
}

/** Everywhere that an endpoint is mounted. */
export function pathsOf({ path, perApi = false }: Endpoint): readonly string[] {
  return perApi ? [path, `/apis/:api${path}`] : [path]
}
