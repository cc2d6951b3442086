// The contract as an OpenAPI 3.1 document. Pure: it follows from the table, so that it cannot say anything else.
import { OPERATIONS } from '@mobile-api-gateway/sdk/contract/index.ts'
import { isWrite, type ManagementOperation, successOf } from '@mobile-api-gateway/sdk/contract/operation.ts'
import { MANAGEMENT_PATH, MANAGEMENT_SCOPES } from '@mobile-api-gateway/sdk/contract/scopes.ts'
import type { TObject, TSchema } from 'typebox'
import { PROBLEM_STATUSES, problemsOf } from './problem-statuses.ts'

const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: true,
  description: 'The ETag of what you have read, or `*` for whichever version there is.',
  schema: { type: 'string', maxLength: 200, pattern: '^(\\*|"[A-Za-z0-9_-]{22}")$' },
} as const

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same request under the same key is done once, and answered the same for 24 hours.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!#-\\[\\]-~]+$' },
} as const

/** The whole document. @param tokenUrl where tokens for it come from */
export function openApiDocument(issuer: string, tokenUrl: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const [id, row] of Object.entries(OPERATIONS))
    paths[row.path] = { ...paths[row.path], [row.method.toLowerCase()]: operationOf(id, row) }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Management',
      version: '1',
      description: 'People, applications, APIs and subscriptions of this server. Unknown members are errors.',
    },
    servers: [{ url: issuer + MANAGEMENT_PATH }],
    paths,
    components: {
      schemas: { Problem: PROBLEM },
      responses: Object.fromEntries(Object.entries(PROBLEM_STATUSES).map(([status, row]) => [`Problem${status}`, row])),
      securitySchemes: {
        machine: {
          type: 'oauth2',
          description: `Machine clients, by client_credentials with resource=${issuer}${MANAGEMENT_PATH}.`,
          flows: { clientCredentials: { tokenUrl, scopes: MANAGEMENT_SCOPES } },
        },
      },
    },
  }
}

/** RFC 9457 §3.1, with a code that machines read. */
const PROBLEM = {
  type: 'object',
  required: ['title', 'status', 'code', 'detail'],
  properties: {
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'The kind of refusal.' },
    reason: {
      type: 'string',
      description: 'Which refusal it is, where there are several of its kind: it stays as it is.',
    },
    detail: { type: 'string', description: 'One sentence that helps.' },
  },
} as const

function operationOf(id: string, row: ManagementOperation): object {
  const { summary, description, scope, params, query, body, versioned } = row
  const { status, schema } = successOf(row)
  return {
    operationId: id,
    tags: [id.split('.', 1)[0]],
    summary,
    ...(description !== undefined && { description }),
    security: [{ machine: [scope] }],
    parameters: [
      ...parametersIn('path', params),
      ...parametersIn('query', query),
      ...(row.precondition ? [IF_MATCH] : []),
      ...(isWrite(row) ? [IDEMPOTENCY_KEY] : []),
    ],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      [status]: {
        description: summary,
        ...(versioned && { headers: { ETag: { description: 'The version.', schema: { type: 'string' } } } }),
        ...(schema && { content: { 'application/json': { schema } } }),
      },
      ...Object.fromEntries(problemsOf(row).map((each) => [each, { $ref: `#/components/responses/Problem${each}` }])),
    },
  }
}

function parametersIn(place: 'path' | 'query', schema: TObject | undefined): readonly object[] {
  const required: readonly string[] = schema?.required ?? []
  const properties: Readonly<Record<string, TSchema>> = schema?.properties ?? {}
  return Object.entries(properties).map(([name, type]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: type,
  }))
}
