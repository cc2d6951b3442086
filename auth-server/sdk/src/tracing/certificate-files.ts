// The files of certificates and keys that tracing is told of, read when it starts.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** A value; or what is wrong with it, worded to follow the name of its variable. */
export type Read<T> = { readonly value: T } | { readonly problem: string }

const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** The certificates in a file, by which that of the collector is believed; none: by those that Node has. */
export function collectorAuthorities(text: string): Read<readonly string[]> {
  return text === '' ? { value: [] } : certificatesIn(text, 'the certificates of authorities in PEM')
}

/** The certificate that this program shows to the collector, with those between it and its authority, in PEM. */
export function clientCertificate(text: string): Read<string | undefined> {
  if (text === '') return { value: undefined }
  const read = certificatesIn(text, 'the certificate that is shown to the collector in PEM')
  return 'value' in read ? { value: read.value.join('\n') } : read
}

/** The key of that certificate, in PEM. */
export function clientKey(text: string): Read<string | undefined> {
  if (text === '') return { value: undefined }
  return inFile(text, 'a private key in PEM without a passphrase', (content) => {
    createPrivateKey(content)
    return { value: content }
  })
}

/** @param what has to be in it. What is wrong says nothing of what is. */
function inFile<T>(file: string, what: string, read: (content: string) => Read<T>): Read<T> {
  try {
    return read(readFileSync(file, 'utf8'))
  } catch (error) {
    const isFound = !(error instanceof Error && 'syscall' in error && 'code' in error)
    return { problem: `has to name a file with ${what} (${isFound ? 'it is broken' : error.code})` }
  }
}

/** One at least. */
function certificatesIn(file: string, what: string): Read<readonly string[]> {
  return inFile(file, what, (content) => {
    const found = content.match(PEM) ?? []
    for (const pem of found) new X509Certificate(pem)
    return found.length > 0 ? { value: found } : { problem: 'names a file without a certificate in PEM' }
  })
}
