// A service's url, which Kong takes apart into protocol, host, port and path.
import type { ReportProblem } from './problem.ts'
import { readUrl } from './text-rules.ts'

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

/** Says of a url what is wrong with one of its parts. */
export function reportUrl(
  at: readonly (string | number)[],
  url: string,
  field: string,
  text: string,
  report: ReportProblem,
): void {
  const { protocol, host } = urlFields(url)
  const [what, instead] =
    field === 'host' && host === null
      ? [`"${url}" has no protocol and host`, 'url: http://host:port/path']
      : field === 'protocol'
        ? [`has the unknown protocol ${protocol}`, text.replace(/^must be /, '')]
        : field === 'path' && text.startsWith('must not be set')
          ? [`has a path, which ${protocol} has no use for`, `url: ${protocol}://${host}`]
          : [`"${url}" gives a ${field} that ${text}`, 'url: http://host:port/path']
  report([...at, 'url'], `services.url ${what}`, instead)
}
