// The kinds of settings that providers have: from what stands in the file to a value, or to what is wrong with it.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { isLoopbackHost } from '../../http/outbound/public-address.ts'
import type { ProviderField } from './provider.ts'

/** One line of text. */
export function textField(about: string): ProviderField<string> {
  return {
    about,
    parse: (value) =>
      typeof value === 'string' && /^[^\p{Cc}]{1,512}$/u.test(value)
        ? { value }
        : { problem: 'has to be one line of text; put it in quotes' },
  }
}

/** The name of an environment variable that holds a secret; the value is the secret. */
export function secretField(about: string): ProviderField<string> {
  return {
    about,
    parse(value, environment) {
      if (typeof value !== 'string' || !/^[A-Z][A-Z0-9_]*$/.test(value))
        return { problem: 'has to be the name of an environment variable, like CORP_CLIENT_SECRET, never the secret' }
      const secret = environment[value] ?? ''
      return secret === '' ? { problem: `names ${value}, which is not in the environment` } : { value: secret }
    },
  }
}

/** An address of a provider: https, or http on this machine; with a query only where that is said. */
export function addressField(about: string, { query = false } = {}): ProviderField<string> {
  return {
    about,
    parse(value) {
      const url = typeof value === 'string' ? URL.parse(value) : null
      const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname))
      const isPlain = url?.username === '' && (query || url.search === '') && url.hash === ''
      return typeof value === 'string' && isSafe && isPlain
        ? { value }
        : { problem: `has to be an address like https://login.example.com, without ${query ? '#' : '? and #'}` }
    },
  }
}

/** One of a few words. */
export function wordField<const Words extends readonly string[]>(
  about: string,
  words: Words,
): ProviderField<Words[number]> {
  return {
    about,
    parse(value) {
      const word = words.find((each) => each === value)
      return word === undefined ? { problem: `has to be one of ${words.join(', ')}` } : { value: word }
    },
  }
}

/** Yes or no; no without it. */
export function flagField(about: string): ProviderField<boolean> {
  return {
    about,
    byDefault: false,
    parse: (value) => (typeof value === 'boolean' ? { value } : { problem: 'has to be true or false' }),
  }
}

/** The name of an environment variable that holds a private key in PEM; one line with \\n in it will do. */
export function privateKeyField(about: string): ProviderField<KeyObject> {
  const { parse } = secretField(about)
  return {
    about,
    parse(value, environment) {
      const read = parse(value, environment)
      if ('problem' in read) return read
      try {
        return { value: createPrivateKey(read.value.replaceAll('\\n', '\n')) }
      } catch {
        return { problem: `names ${String(value)}, which holds no private key in PEM without a passphrase` }
      }
    },
  }
}

const MIN_RSA_BITS = 2048

/** One certificate, or two while one follows the other. */
export function certificatesField(about: string): ProviderField<readonly X509Certificate[]> {
  return {
    about,
    parse(value) {
      const certificates = Array.isArray(value) ? value.map(certificateOf) : []
      const isFew = certificates.length === 1 || certificates.length === 2
      const sound = certificates.filter((certificate) => certificate !== undefined)
      return isFew && sound.length === certificates.length
        ? { value: sound }
        : {
            problem: `has to be a list of one certificate, or two, in PEM, each with an RSA key of ${MIN_RSA_BITS} bits or more`,
          }
    },
  }
}

function certificateOf(text: unknown): X509Certificate | undefined {
  if (typeof text !== 'string') return undefined
  // As metadata has it: without the lines around it.
  const pem = text.includes('-----') ? text : `-----BEGIN CERTIFICATE-----\n${text.trim()}\n-----END CERTIFICATE-----`
  try {
    const certificate = new X509Certificate(pem)
    const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey
    const isStrong = asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS
    return isStrong ? certificate : undefined
  } catch {
    return undefined
  }
}

const DOMAIN = /^(?:\*|[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)+)$/

/** Domains of e-mail addresses in ASCII, or `*` for any. */
export function domainsField(about: string): ProviderField<readonly string[]> {
  return {
    about,
    byDefault: [],
    parse: (value) =>
      Array.isArray(value) && value.every((item) => typeof item === 'string' && DOMAIN.test(item))
        ? { value }
        : { problem: 'has to be a list of domains in small letters, like [example.com], or ["*"] for every address' },
  }
}

/** The same, or nothing. */
export function optional<T>({ about, parse }: ProviderField<T>): ProviderField<T | undefined> {
  return { about, byDefault: undefined, parse }
}
