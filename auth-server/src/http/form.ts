// Form bodies: parsed once, strictly, and handed on as Parameters.
import formbody from '@fastify/formbody'
import { errorCodes, type FastifyInstance, type FastifyRequest } from 'fastify'
import { Parameters } from './parameters.ts'

// Percent-encoded UTF-8 is the only form there is (WHATWG URL §5.1); Fastify itself would ignore the parameter.
const FOREIGN_CHARSET = /;\s*charset\s*=(?!\s*"?utf-8"?\s*(?:;|$))/i

/** Accepts `application/x-www-form-urlencoded` bodies in UTF-8 and nothing else; other media types get 415. */
export async function addForms(app: FastifyInstance): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addHook('preParsing', ({ headers }, _reply, payload, done) => {
    const isForeign = FOREIGN_CHARSET.test(headers['content-type'] ?? '')
    done(isForeign ? new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE() : null, payload)
  })
  await app.register(formbody, { parser: (text) => ({ form: Parameters.parse(text) }) })
}

/** The form of a request, if it brought one. */
export function formOf({ body }: FastifyRequest): Parameters | undefined {
  return typeof body === 'object' && body !== null && 'form' in body && body.form instanceof Parameters
    ? body.form
    : undefined
}
