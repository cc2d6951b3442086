// Moves addresses within a YAML text to where they lie on this machine: the same text, byte for byte, but for their origins.
import { isMap, isScalar, isSeq, parseDocument, type Scalar } from 'yaml'

/** Where an origin of a file lies here, e.g. `http://mobile-api:3000` → `http://127.0.0.1:3000`. */
export type Origins = Readonly<Record<string, string>>

/** What stands instead of a value. */
export interface ScalarReplacement {
  readonly node: Scalar
  readonly text: string
}

/** The catalogue with its addresses moved. What is no YAML stays as it is: whoever reads it says so. */
export function moveCatalogue(source: string, origins: Origins): string {
  const document = parseDocument(source)
  return document.errors.length > 0 ? source : replaceScalars(source, findOrigins(document.contents, origins))
}

/** Comments, order and layout stay, so line numbers in messages still fit. */
export function replaceScalars(source: string, replacements: Iterable<ScalarReplacement>): string {
  let text = source
  // from the end, so that offsets stay right
  for (const { node, text: replacement } of [...replacements].sort((a, b) => startOf(b.node) - startOf(a.node))) {
    const [start, end] = node.range ?? [0, 0]
    text = text.slice(0, start) + replacement + text.slice(end)
  }
  return text
}

function startOf(node: Scalar): number {
  return node.range?.[0] ?? 0
}

/** Wherever these stand in kong.yml or the catalogue they mean an address; the guard's Lua and all else is left alone. */
const ADDRESS_KEYS = new Set([
  ...['url', 'jwks_uri', 'issuer', 'audiences', 'public_origin', 'resource_metadata'],
  ...['resource', 'authorization_servers', 'token_url'],
  // Of OpenAPI documents beside the catalogue, as `url` is.
  ...['authorizationUrl', 'tokenUrl', 'refreshUrl', 'openIdConnectUrl'],
])

export function* findOrigins(node: unknown, origins: Origins): Generator<ScalarReplacement> {
  if (isSeq(node)) {
    for (const item of node.items) yield* findOrigins(item, origins)
  }
  if (!isMap(node)) return
  for (const { key, value } of node.items) {
    if (isScalar(key) && ADDRESS_KEYS.has(String(key.value))) {
      for (const each of isSeq(value) ? value.items : [value]) yield* moveOrigin(each, origins)
    }
    yield* findOrigins(value, origins)
  }
}

function* moveOrigin(node: unknown, origins: Origins): Generator<ScalarReplacement> {
  if (!isScalar(node) || typeof node.value !== 'string' || !URL.canParse(node.value)) return
  const origin = new URL(node.value).origin
  const here = origins[origin]
  if (here === undefined || here === origin || !node.value.startsWith(origin)) return
  const value = here + node.value.slice(origin.length)
  yield { node, text: node.type === 'PLAIN' ? value : JSON.stringify(value) }
}
