// The contract of the OpenAPI documents of APIs: as they were given, and as a page draws them.
import Type from 'typebox'
import type { OperationTable } from './operation.ts'
import { API_ID, exactly, MOMENT, nullable, oneOf } from './schemas.ts'

/** A document is no longer than this, in characters and in bytes of UTF-8. */
export const MAX_DOCUMENT_BYTES = 512 * 1024

/** What is known of a document without reading it. */
export const DOCUMENT_FACTS = exactly({
  format: oneOf(['json', 'yaml']),
  openapi: Type.String({ description: 'The version of OpenAPI.' }),
  title: Type.String(),
  version: Type.String({ description: 'Of the API, as its document says.' }),
  sha256: Type.String({ description: 'Of the document, in hexadecimal.' }),
  changed_at: MOMENT,
})

const DOCUMENT = exactly({ ...DOCUMENT_FACTS.properties, document: Type.String() })

const TYPES = Type.Array(exactly({ text: Type.String(), schema: nullable(Type.String()) }), {
  description: 'One of these; `schema` names one of `schemas`.',
})
/** What else a schema says of a value. */
export const VALUE_FACTS = [
  'nullable',
  'values',
  'constant',
  'default',
  'example',
  'minimum',
  'maximum',
  'length',
  'pattern',
  'read_only',
  'write_only',
  'deprecated',
] as const
const FACTS = Type.Array(exactly({ fact: oneOf(VALUE_FACTS), text: Type.String() }))

/** A value, and what is inside of it: each by its path from the whole, `items[].sku`. */
const SHAPE = Type.Array(
  exactly({
    name: Type.String({ description: 'Empty: the whole.' }),
    types: TYPES,
    required: Type.Boolean(),
    facts: FACTS,
    description: Type.String(),
  }),
)
const CONTENTS = Type.Array(exactly({ media_type: Type.String(), shape: SHAPE }))

const DRAWN_OPERATION = exactly({
  method: Type.String(),
  path: Type.String(),
  summary: Type.String(),
  description: Type.String(),
  deprecated: Type.Boolean(),
  scopes: Type.Array(Type.String()),
  parameters: Type.Array(
    exactly({
      name: Type.String(),
      in: Type.String(),
      required: Type.Boolean(),
      types: TYPES,
      facts: FACTS,
      description: Type.String(),
    }),
  ),
  body: nullable(exactly({ required: Type.Boolean(), description: Type.String(), contents: CONTENTS })),
  answers: Type.Array(exactly({ status: Type.String(), description: Type.String(), contents: CONTENTS })),
})

const REFERENCE = exactly({
  openapi: Type.String(),
  title: Type.String(),
  version: Type.String(),
  description: Type.String(),
  servers: Type.Array(Type.String()),
  tags: Type.Array(
    exactly({
      name: Type.String({ description: 'Empty: operations without a tag.' }),
      description: Type.String(),
      operations: Type.Array(DRAWN_OPERATION),
    }),
  ),
  schemas: Type.Array(exactly({ name: Type.String(), description: Type.String(), shape: SHAPE })),
  left_out: Type.Integer({ description: 'How many operations and schemas are too many to be drawn.' }),
})

const ONE = exactly({ id: API_ID })

export const API_DOCUMENT_OPERATIONS = {
  'apis.get_document': {
    method: 'GET',
    path: '/apis/{id}/document',
    scope: 'apis:read',
    summary: 'Read the OpenAPI document of an API, as it was given',
    params: ONE,
    answers: { 200: DOCUMENT },
    versioned: true,
    problems: [404],
  },
  'apis.set_document': {
    method: 'PUT',
    path: '/apis/{id}/document',
    scope: 'apis:write',
    summary: 'Set the OpenAPI document of an API',
    description:
      'OpenAPI 3.0 or 3.1 in JSON or YAML, of 512 KiB at most, that refers to nothing outside of it. With If-Match of what was read, or `*`.',
    params: ONE,
    body: exactly({ document: Type.String({ minLength: 1, maxLength: MAX_DOCUMENT_BYTES }) }),
    maxBodyBytes: 2 * MAX_DOCUMENT_BYTES,
    answers: { 200: DOCUMENT },
    versioned: true,
    precondition: true,
    problems: [404, 409],
  },
  'apis.delete_document': {
    method: 'DELETE',
    path: '/apis/{id}/document',
    scope: 'apis:write',
    summary: 'Take the OpenAPI document of an API away',
    params: ONE,
    answers: { 204: null },
    precondition: true,
    problems: [404, 409],
  },
  'apis.reference': {
    method: 'GET',
    path: '/apis/{id}/reference',
    scope: 'apis:read',
    summary: 'Read the OpenAPI document of an API as a page draws it',
    description: 'Everything in it is plain text: what is written as HTML or Markdown stays what is written.',
    params: ONE,
    answers: { 200: REFERENCE },
    problems: [404],
  },
} as const satisfies OperationTable
