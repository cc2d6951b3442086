// Every address that the server has, as the running server tells it, so that no test lists some by hand and misses the next.
import type { FastifyInstance } from 'fastify'

/** An address, with something in the place of each parameter, and the methods that it knows. */
export interface KnownAddress {
  readonly pattern: string
  readonly url: string
  readonly methods: readonly string[]
}

const LINE = /^(?<tree>[│├└─ ]*)(?<path>[^│├└─ ]\S*) \((?<methods>[A-Z, ]+)\)$/

/** Reads Fastify's tree of routes: what is indented goes on from the line that it hangs on. */
function patternsOf(tree: string): ReadonlyMap<string, readonly string[]> {
  const above: string[] = []
  const found = new Map<string, readonly string[]>()
  for (const line of tree.split('\n').filter((line) => line !== '')) {
    const { tree: indent = '', path = '', methods = '' } = LINE.exec(line)?.groups ?? {}
    if (path === '') throw new Error(`no route: ${line}`)
    const depth = indent.length / 4
    above.splice(depth - 1)
    const pattern = above.join('') + path
    above.push(path)
    // What is below something and no address of its own; the tree has it at its root.
    if (path !== '*' && path !== '/*') found.set(pattern, methods.split(', '))
  }
  return found
}

/** @param id of the visit that the addresses of pages are about */
export async function addressesOf(app: FastifyInstance, id = 'x'.repeat(22)): Promise<readonly KnownAddress[]> {
  await app.ready()
  const addresses: KnownAddress[] = []
  for (const [pattern, methods] of patternsOf(app.printRoutes({ commonPrefix: false }))) {
    const url = pattern.replace(':api', 'orders-api').replace(':request', id).replace(/:\w+/g, 'x')
    // Where all other methods are refused, the routes of the tree are those refusals as well.
    const { headers } = await app.inject({ method: 'PATCH', url })
    addresses.push({ pattern, url, methods: headers.allow?.split(', ') ?? methods })
  }
  return addresses
}

/** The pages and forms of a visit. */
export async function visitAddresses(
  app: FastifyInstance,
  method: 'GET' | 'POST',
  id?: string,
): Promise<readonly string[]> {
  const addresses = await addressesOf(app, id)
  const ofVisits = addresses.filter(({ pattern }) => /^\/(?:interaction|authorize\/resume)\/:request/.test(pattern))
  return ofVisits.flatMap(({ url, methods }) => (methods.includes(method) ? url : []))
}
