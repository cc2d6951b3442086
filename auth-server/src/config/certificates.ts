// Certificates that a setting names by their file.
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Parsed } from './setting.ts'

const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** The certificates of a file in PEM; none where no file is named. */
export function certificates(text: string): Parsed<readonly X509Certificate[]> {
  if (text === '') return { value: [] }
  try {
    const found = readFileSync(text, 'utf8').match(PEM) ?? []
    const value = found.map((pem) => new X509Certificate(pem))
    return value.length > 0 ? { value } : { problem: 'is a file without a certificate in PEM' }
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : error
    return { problem: `cannot be read: ${reason}` }
  }
}

/** An https address to fetch from, or nothing. */
export function optionalAddress(text: string): Parsed<string | undefined> {
  if (text === '') return { value: undefined }
  const url = URL.parse(text)
  const isFit = url !== null && (url.protocol === 'https:' || url.hostname === 'localhost') && url.username === ''
  return isFit ? { value: url.href } : { problem: 'has to be an https address' }
}
