// A form with one file in it (multipart/form-data, RFC 7578): read whole, within the bounds of its route.
import { Busboy } from '@fastify/busboy'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Parameters } from './parameters.ts'
import { HttpProblem } from './problem.ts'

/** Room for the file's frame and the other fields. */
const FRAME_BYTES = 32 * 1024

export interface Uploaded {
  readonly form: Parameters
  /** Empty where none was chosen. */
  readonly file: Buffer
}

/** Takes such forms in a scope; no other route of the server reads them. */
export function addUploads(scope: FastifyInstance, maxFileBytes: number): void {
  scope.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit: maxFileBytes + FRAME_BYTES },
    ({ headers }: FastifyRequest, body: Buffer) => readUpload(headers['content-type'] ?? '', body),
  )
}

/** The file that a form brought; empty where it brought none. */
export function uploadedFile({ body }: FastifyRequest): Buffer {
  const file = typeof body === 'object' && body !== null && 'file' in body ? body.file : undefined
  return Buffer.isBuffer(file) ? file : Buffer.alloc(0)
}

function readUpload(contentType: string, body: Buffer): Promise<Uploaded> {
  return new Promise((resolve, reject) => {
    const refuse = () =>
      reject(new HttpProblem('invalid_request', 'this is no form with a file in it', { status: 400 }))
    const fields = new URLSearchParams()
    const chunks: Buffer[] = []
    try {
      const limits = { files: 1, fields: 10, fieldSize: 10_000, headerPairs: 20 }
      const reader = new Busboy({ headers: { 'content-type': contentType }, limits })
      reader.on('field', (name, value) => fields.append(name, value))
      reader.on('file', (_name, stream) => {
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('error', refuse)
      })
      reader.on('error', refuse)
      reader.on('finish', () => resolve({ form: Parameters.parse(fields.toString()), file: Buffer.concat(chunks) }))
      reader.end(body)
    } catch {
      refuse()
    }
  })
}
