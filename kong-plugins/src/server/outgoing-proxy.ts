// The way out through an HTTP proxy, for keys and feeds of issuers elsewhere: as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say.
import { setGlobalProxyFromEnv } from 'node:http'

/** What is on this machine is never asked for through a proxy: it would ask its own machine. */
const HERE = ['localhost', '127.0.0.1', '::1', '[::1]']

/**
 * Sends what `fetch` asks for through the proxies that the environment names; lower case first, as everywhere.
 * @returns a function that undoes it
 * @throws {Error} for a proxy whose address is none
 */
export function useProxies(env: NodeJS.ProcessEnv): () => void {
  const given = (name: string): string | undefined => env[name.toLowerCase()] || env[name] || undefined
  const proxies = { http_proxy: given('HTTP_PROXY'), https_proxy: given('HTTPS_PROXY') }
  for (const [name, address] of Object.entries(proxies))
    if (address !== undefined && !/^https?:$/.test(URL.parse(address)?.protocol ?? ''))
      throw new Error(`${name.toUpperCase()} must be the address of an HTTP proxy, such as http://proxy.example:3128`)
  const near = (given('NO_PROXY') ?? '').split(/[\s,]+/).filter(Boolean)
  // The asterisk, for all hosts, is understood alone.
  const noProxy = near.includes('*') ? '*' : [...near, ...HERE].join(',')
  return setGlobalProxyFromEnv({ ...proxies, no_proxy: noProxy })
}
