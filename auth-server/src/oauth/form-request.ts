// The body of a request to a back-channel endpoint (token, revocation, introspection, pushed requests), read strictly.
import type { FastifyRequest } from 'fastify'
import { formOf } from '../http/form.ts'
import type { Parameters } from '../http/parameters.ts'
import { OAuthError } from './errors.ts'
import { misplacedParameter } from './misplaced-parameter.ts'

const MAY_REPEAT = new Set(['resource'])

/** @param long which parameters may be longer than others. @throws {OAuthError} | {ParameterError} invalid_request unless a sound form came in the body, and nothing of it in the URL. */
export function readForm(request: FastifyRequest, long?: ReadonlySet<string>): Parameters {
  const form = formOf(request)
  if (!form)
    throw new OAuthError('invalid_request', 'send the parameters as application/x-www-form-urlencoded in the body')
  const misplaced = misplacedParameter(request)
  if (misplaced !== undefined) throw new OAuthError('invalid_request', `send ${misplaced} in the body, not in the URL`)
  form.requireSound(MAY_REPEAT, long)
  return form
}
