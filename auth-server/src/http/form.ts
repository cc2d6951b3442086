// Form bodies: parsed once, strictly, and handed to the rooms as Parameters.
import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Parameters } from './parameters.ts'

/** Accepts `application/x-www-form-urlencoded` bodies and nothing else; other media types get 415. */
export const addForms = async (app: FastifyInstance): Promise<void> => {
  app.removeAllContentTypeParsers()
  await app.register(formbody, { parser: (text) => ({ form: Parameters.parse(text) }) })
}

/** The form of a request, if it brought one. */
export const formOf = ({ body }: FastifyRequest): Parameters | undefined =>
  typeof body === 'object' && body !== null && 'form' in body && body.form instanceof Parameters ? body.form : undefined
