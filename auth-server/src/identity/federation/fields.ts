// The kinds of settings that providers have: from what stands in the file to a value, or to what is wrong with it.
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

/** An address of a provider: https, or http on this machine. */
export function addressField(about: string): ProviderField<string> {
  return {
    about,
    parse(value) {
      const url = typeof value === 'string' ? URL.parse(value) : null
      const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname))
      return typeof value === 'string' && url && isSafe && url.username === '' && url.search === '' && url.hash === ''
        ? { value }
        : { problem: 'has to be an address like https://login.example.com, without ? and #' }
    },
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
