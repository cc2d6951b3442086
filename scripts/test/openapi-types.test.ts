// The SDK's types and the OpenAPI document are one contract: types that a generator makes of the document fit both ways.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openApiDocument } from '@mobile-api-gateway/auth-server/management/openapi.ts'
import { OPERATIONS } from '@mobile-api-gateway/sdk/contract/index.ts'
import { type ManagementOperation, successOf } from '@mobile-api-gateway/sdk/contract/operation.ts'
import openapiTypescript, { astToString } from 'openapi-typescript'
import t from 'tap'
import { ROOT } from './support/documents.ts'

t.setTimeout(120_000)

const ISSUER = 'https://login.example.com'

const HEAD = `
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { Immutable, MethodInput } from '@mobile-api-gateway/sdk/management/methods.ts'
import type { operations } from './document.d.ts'
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? 'same' : 'the document is narrower') : 'the document is wider'
/** A part that an operation does not have. */
type Given<Part> = [Part] extends [undefined] ? object : NonNullable<Part>
`

/** One line for each claim that the compiler has to confirm. */
function claims(id: string, row: ManagementOperation): readonly string[] {
  const operation = `operations['${id}']`
  const input = [
    ...(row.params ? [`Given<${operation}['parameters']['path']>`] : []),
    ...(row.query ? [`Given<${operation}['parameters']['query']>`] : []),
    ...(row.body ? [`Given<${operation}['requestBody']>['content']['application/json']`] : []),
    'object',
  ].join(' & ')
  const { status, schema } = successOf(row)
  const answer = schema === null ? 'undefined' : `${operation}['responses'][${status}]['content']['application/json']`
  return [
    `const _: Same<MethodInput<'${id}'>, Immutable<${input}>> = 'same'`,
    `const _: Same<OperationAnswer<'${id}'>, ${answer}> = 'same'`,
  ]
}

async function complaintsOf(lines: readonly string[], document: string): Promise<readonly string[]> {
  // Within the repository, so that its packages are found.
  const folder = await mkdtemp(join(ROOT, 'scripts', '.openapi-types-'))
  try {
    await writeFile(join(folder, 'document.d.ts'), document)
    const numbered = lines.map((line, index) => line.replace('const _', `export const claim${index}`))
    await writeFile(join(folder, 'claims.ts'), [HEAD, ...numbered].join('\n'))
    // Without exactOptionalPropertyTypes: generators do not tell `a?: T` from `a?: T | undefined`.
    const strictness = { strict: true, exactOptionalPropertyTypes: false, skipLibCheck: true }
    const compilerOptions = { ...strictness, types: ['node'], noUnusedLocals: false }
    const config = { extends: '../../tsconfig.base.json', compilerOptions, files: ['claims.ts'] }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
    // `env -u`: the test runner would load itself into the compiler.
    const tsc = ['-u', 'NODE_OPTIONS', process.execPath, compiler, '-p', folder]
    const { stdout } = await promisify(execFile)('env', tsc).catch((error: { stdout: string }) => error)
    return [...stdout.matchAll(/claims\.ts\((\d+),.*?(error.*)/g)].map(([, line, text]) => {
      const claim = lines[Number(line) - HEAD.split('\n').length - 1] ?? ''
      return `${claim}: ${text}`
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const document = astToString(await openapiTypescript(JSON.stringify(openApiDocument(ISSUER, `${ISSUER}/token`))))
const lines = Object.entries<ManagementOperation>(OPERATIONS).flatMap(([id, row]) => claims(id, row))

t.test('what a method takes and answers is what the document says', async (t) => {
  t.strictSame(await complaintsOf(lines, document), [])
})

t.test('and a document that says something else is noticed', async (t) => {
  const other = document.replace(/\bclient_id: string/g, 'client_id: number')
  t.not(other, document)
  t.not((await complaintsOf(lines, other)).length, 0)
})
