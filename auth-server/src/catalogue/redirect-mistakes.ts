// What is wrong with a redirect URI that nobody registered, in the words of a developer: a row for each mistake. Pure.

/** A redirect URI as it is spelled; nothing is normalised, because nothing is when it is compared. */
interface Spelling {
  readonly text: string
  readonly scheme: string
  readonly isHttp: boolean
  /** Between the scheme and the rest. */
  readonly slashes: string
  readonly host: string
  readonly port: string
  /** Without the slash at its end; empty for none. */
  readonly path: string
  readonly endsInSlash: boolean
  readonly query: string
  readonly fragment: string
}

const SHAPE = /^([a-z][a-z0-9+.-]*):(\/*)([^?#]*)(\?[^#]*)?(#.*)?$/is
const AUTHORITY = /^(\[[^\]]*\]|[^/:]*)(?::(\d*))?(.*)$/s
const LOOPBACK = /^(?:127\.0\.0\.1|\[::1\])$/
const LOCALHOST = /^(?:.+\.)?localhost$/i
/** Percent-encoded as a whole, once more than the parameter already is. */
const STILL_ENCODED = /^[a-z][a-z0-9+.-]*%3a/i

function spell(text: string): Spelling {
  const [, scheme = '', slashes = '', rest = '', query = '', fragment = ''] = SHAPE.exec(text.trim()) ?? []
  const isHttp = /^https?$/i.test(scheme)
  const [, host = '', port = '', tail = ''] = (isHttp && AUTHORITY.exec(rest)) || ['', '', '', rest]
  const path = tail.replace(/\/$/, '')
  return { text, scheme, isHttp, slashes, host, port, path, endsInSlash: path !== tail, query, fragment }
}

/** @param is whether a redirect URI shows the mistake by itself. @param differs whether it keeps one from being another */
interface Mistake {
  readonly is: (sent: Spelling) => boolean
  readonly differs: (sent: Spelling, registered: Spelling) => boolean
  /** What is so in general: it tells nobody what is registered. */
  readonly says: string
}

function isDevice({ host }: Spelling): boolean {
  return LOOPBACK.test(host) || LOCALHOST.test(host)
}

function low(text: string): string {
  return text.toLowerCase()
}

const MISTAKES = {
  encodedTwice: {
    is: ({ text }) => STILL_ENCODED.test(text),
    differs: (sent, { text }) => STILL_ENCODED.test(sent.text) && !STILL_ENCODED.test(text),
    says: 'it is still percent-encoded, so it was encoded twice',
  },
  blanks: {
    is: ({ text }) => text !== text.trim(),
    differs: (sent, { text }) => sent.text !== sent.text.trim() && text === text.trim(),
    says: 'it begins or ends with a blank',
  },
  schemeCase: {
    is: ({ scheme }) => scheme !== low(scheme),
    differs: (sent, { scheme }) => sent.scheme !== scheme && low(sent.scheme) === low(scheme),
    says: 'a scheme is written in small letters',
  },
  localhost: {
    is: ({ scheme, host }) => low(scheme) === 'http' && LOCALHOST.test(host),
    differs: (sent, other) => sent.host !== other.host && isDevice(sent) && isDevice(other),
    says: 'localhost is another host than the address that apps listen at, http://127.0.0.1 (RFC 8252 section 7.3)',
  },
  plainHttp: {
    is: (sent) => low(sent.scheme) === 'http' && sent.host !== '' && !isDevice(sent),
    differs: (sent, other) => low(sent.scheme) === 'http' && low(other.scheme) === 'https',
    says: 'plain http counts at http://127.0.0.1 and http://[::1] alone; anything else is https',
  },
  tlsOnDevice: {
    is: (sent) => low(sent.scheme) === 'https' && LOOPBACK.test(sent.host),
    differs: (sent, other) => low(sent.scheme) === 'https' && low(other.scheme) === 'http',
    says: 'an app that listens at 127.0.0.1 or [::1] does so with http, without the s',
  },
  shortScheme: {
    is: ({ scheme, isHttp }) => scheme !== '' && !isHttp && !scheme.includes('.'),
    differs: (sent, other) => low(sent.scheme) !== low(other.scheme) && !(sent.isHttp && other.isHttp),
    says: "an app's own scheme is a reversed domain name, such as com.example.app",
  },
  slashes: {
    is: ({ scheme, isHttp, slashes }) => scheme !== '' && !isHttp && slashes.length !== 1,
    differs: (sent, other) => sent.slashes !== other.slashes,
    says: 'one slash after the scheme and two are different addresses; the usual form is com.example.app:/callback',
  },
  host: {
    is: () => false,
    differs: (sent, other) => sent.host !== other.host && !(isDevice(sent) && isDevice(other)),
    says: 'the host is another',
  },
  port: {
    is: (sent) => sent.port !== '' && !isDevice(sent),
    differs: (sent, other) => sent.port !== other.port && !(isDevice(sent) && other.port === ''),
    says: 'a port counts; only that of http://127.0.0.1 and http://[::1] may be any',
  },
  noPath: {
    is: ({ scheme, path, endsInSlash }) => scheme !== '' && path === '' && !endsInSlash,
    differs: (sent, other) => sent.path !== other.path && sent.path === '' && !sent.endsInSlash,
    says: 'it has no path, such as /callback',
  },
  pathCase: {
    is: () => false,
    differs: (sent, { path }) => sent.path !== path && low(sent.path) === low(path),
    says: 'capital and small letters of a path are different letters',
  },
  path: {
    is: () => false,
    differs: (sent, { path }) => sent.path !== '' && low(sent.path) !== low(path),
    says: 'the path is another',
  },
  slashAtEnd: {
    is: ({ endsInSlash }) => endsInSlash,
    differs: (sent, { endsInSlash }) => sent.endsInSlash !== endsInSlash,
    says: 'a slash at the end counts',
  },
  query: {
    is: ({ query }) => query !== '',
    differs: (sent, { query }) => sent.query !== query,
    says: 'a query counts as well',
  },
  fragment: {
    is: ({ fragment }) => fragment !== '',
    differs: (sent, { fragment }) => sent.fragment !== fragment,
    says: 'a redirect URI has no fragment (#...)',
  },
} as const satisfies Readonly<Record<string, Mistake>>

export type RedirectMistake = keyof typeof MISTAKES

const ROWS: readonly (readonly [string, Mistake])[] = Object.entries(MISTAKES)

function isMistake(name: string): name is RedirectMistake {
  return Object.hasOwn(MISTAKES, name)
}

function mistakesOf(is: (row: Mistake) => boolean): readonly RedirectMistake[] {
  return ROWS.flatMap(([name, row]) => (isMistake(name) && is(row) ? name : []))
}

/** A registered redirect URI, and what keeps a received one from being it. */
export interface NearMiss {
  readonly registered: string
  readonly mistakes: readonly RedirectMistake[]
}

/** What a redirect URI shows by itself; for strangers, because it tells nothing of what is registered. */
export function mistakesIn(received: string): readonly RedirectMistake[] {
  const sent = spell(received)
  return mistakesOf((row) => row.is(sent))
}

/** The registered redirect URI that is most like the received one; for those who may see what is registered. */
export function nearestRegistered(received: string, registered: readonly string[]): NearMiss | undefined {
  const sent = spell(received)
  const misses = registered.map((uri) => {
    const other = spell(uri)
    return { registered: uri, mistakes: mistakesOf((row) => row.differs(sent, other)) }
  })
  return misses.sort((a, b) => a.mistakes.length - b.mistakes.length)[0]
}

/** Mistakes as the rest of a sentence; the first two, as the others may follow from them. */
export function inWords(mistakes: readonly RedirectMistake[]): string {
  return mistakes
    .slice(0, 2)
    .map((mistake) => MISTAKES[mistake].says)
    .join('; ')
}
