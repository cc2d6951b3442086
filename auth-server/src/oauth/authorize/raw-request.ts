// Step 1 of /authorize: the parameters as they came, from the query and, with POST, the form (OpenID Connect Core §3.1.2.1).
import type { FastifyRequest } from 'fastify'
import { formOf } from '../../http/form.ts'
import { Parameters } from '../../http/parameters.ts'
import { OAuthError } from '../errors.ts'

export interface RawRequest {
  readonly parameters: Parameters
}

/** @throws {OAuthError} invalid_request when the encoding cannot be read at all; nothing in it is trusted then. */
export function readRawRequest(request: FastifyRequest): RawRequest {
  const query = Parameters.ofUrl(request.raw.url ?? '')
  const form = formOf(request)
  const parameters = form ? query.merge(form) : query
  if (parameters.problem) throw new OAuthError('invalid_request', parameters.problem)
  return { parameters }
}
