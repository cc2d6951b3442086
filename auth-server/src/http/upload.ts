// A form with one file in it (multipart/form-data, RFC 7578): read whole, within the bounds of its route.

import type { Readable } from 'node:stream'
import { Busboy } from '@fastify/busboy'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Parameters } from './parameters.ts'
import { HttpProblem } from './problem.ts'

/** More than somebody chooses by mistake, such as a photo: what is beyond the bound of the route is read and thrown away. */
const MAX_FORM_BYTES = 64 * 1024 * 1024

export interface Uploaded {
  readonly form: Parameters
  /** Empty where none was chosen; one byte more than its route takes where it is longer. */
  readonly file: Buffer
}

/** Takes such forms in a scope; no other route of the server reads them. */
export function addUploads(scope: FastifyInstance, maxFileBytes: number): void {
  scope.addContentTypeParser('multipart/form-data', ({ headers }: FastifyRequest, body: Readable) =>
    readUpload(headers['content-type'] ?? '', body, maxFileBytes),
  )
}

/** The file that a form brought; empty where it brought none. */
export function uploadedFile({ body }: FastifyRequest): Buffer {
  const file = typeof body === 'object' && body !== null && 'file' in body ? body.file : undefined
  return Buffer.isBuffer(file) ? file : Buffer.alloc(0)
}

function readUpload(contentType: string, body: Readable, maxFileBytes: number): Promise<Uploaded> {
  return new Promise((resolve, reject) => {
    const refuse = () => {
      reject(new HttpProblem('invalid_request', 'this is no form with a file in it', { status: 400 }))
      body.unpipe().resume()
    }
    let bytes = 0
    body.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= MAX_FORM_BYTES) return
      reject(new HttpProblem('invalid_request', 'this file is far too large', { status: 413 }))
      body.destroy()
    })
    // One that was cut off says nothing more.
    body.on('close', () => body.readableEnded || refuse())
    body.on('error', refuse)
    const fields = new URLSearchParams()
    const chunks: Buffer[] = []
    try {
      const limits = { files: 1, fields: 10, fieldSize: 10_000, headerPairs: 20, fileSize: maxFileBytes + 1 }
      const reader = new Busboy({ headers: { 'content-type': contentType }, limits })
      reader.on('field', (name, value) => fields.append(name, value))
      reader.on('file', (_name, stream) => {
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('error', refuse)
      })
      reader.on('error', refuse)
      reader.on('finish', () => resolve({ form: Parameters.parse(fields.toString()), file: Buffer.concat(chunks) }))
      body.pipe(reader)
    } catch {
      refuse()
    }
  })
}
