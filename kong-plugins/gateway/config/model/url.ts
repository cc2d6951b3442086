// URLs as Kong takes them apart, and the url of a service.

/** A URL as Kong takes it apart, which forgives much. */
export function readUrl(
  url: string,
): Readonly<Record<'scheme' | 'host' | 'port' | 'path' | 'userinfo', string | undefined>> {
  const withoutFragment = url.replace(/#.*$/s, '')
  const [, scheme, afterScheme = withoutFragment] = /^([A-Za-z0-9][A-Za-z0-9+.-]*):(.*)$/s.exec(withoutFragment) ?? []
  const [, authority, afterAuthority = afterScheme] = /^\/\/([^/]*)(.*)$/s.exec(afterScheme) ?? []
  const path = afterAuthority.replace(/\?.*$/s, '').replace(/;.*$/s, '') || undefined
  const [, userinfo, hostAndPort = authority] = /^([^@]*)@(.*)$/s.exec(authority ?? '') ?? []
  const [, rest = hostAndPort, port] = /^(.*):([^:\]]*)$/s.exec(hostAndPort ?? '') ?? []
  const host = rest === undefined ? undefined : (/^\[(.+)\]$/s.exec(rest)?.[1] ?? rest) || undefined
  return { scheme, host, port, path, userinfo }
}

const PARTS = ['protocol', 'host', 'port', 'path'] as const

/** The fields that Kong sets from a url, whatever else the service says of them. */
export function urlFields(url: string): Record<string, unknown> {
  const { scheme, host, port, path } = readUrl(url)
  const number = port === undefined || port.trim() === '' ? undefined : Number(port)
  const byPort = number === 80 ? 'http' : number === 443 ? 'https' : undefined
  const protocol = scheme ?? byPort ?? 'http'
  const usual = protocol === 'https' ? 443 : 80
  return {
    protocol,
    host: host ?? null,
    port: Number.isNaN(number) ? port : (number ?? port ?? usual),
    path: path ?? null,
  }
}

/** Whether a problem with one of those fields is one of the url. */
export function isOfUrl(field: string): boolean {
  return PARTS.some((part) => part === field)
}
