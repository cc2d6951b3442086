// The addresses at which phones elsewhere reach a stack: of a tunnel, or of a proxy with a certificate that they trust.

/** Origins, without a slash at the end. */
export interface PublicUrls {
  readonly auth: string
  readonly gateway: string
}

/** What is wrong with the addresses asked for, one line each. */
export class PublicUrlProblem extends Error {
  override name = 'PublicUrlProblem'
}

const FLAGS = { auth: '--public-url', gateway: '--public-gateway-url' } as const
const HOW = 'phones.md (auth-server/docs) says how to get one'

/**
 * @param asked the values of `--public-url` and `--public-gateway-url`; undefined without both
 * @throws {PublicUrlProblem}
 */
export function readPublicUrls(asked: Readonly<Record<keyof PublicUrls, string | undefined>>): PublicUrls | undefined {
  const { auth, gateway } = asked
  if (auth === undefined && gateway === undefined) return undefined
  if (auth === undefined || gateway === undefined)
    throw new PublicUrlProblem(
      `${FLAGS.auth} and ${FLAGS.gateway} belong together: a phone has to reach both, the server that signs in and the gateway.`,
    )
  const problems = [problemOf(FLAGS.auth, auth), problemOf(FLAGS.gateway, gateway)].filter((line) => line !== undefined)
  if (auth === gateway)
    problems.push(`${FLAGS.auth} and ${FLAGS.gateway} are the same; give each its own host name or port.`)
  if (problems.length > 0) throw new PublicUrlProblem(problems.join('\n'))
  return { auth, gateway }
}

function problemOf(flag: string, text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    return `${flag} has to be an address like https://login.example.com, not "${text}".`
  // Phones refuse plain http to other machines, and whoever shares the network would read codes and tokens.
  if (url.protocol === 'http:') return `${flag} has to be https, also in a local network; ${HOW}.`
  if (url.origin !== text) return `${flag} has to be an origin without a path or a slash at the end; use ${url.origin}`
  return undefined
}
