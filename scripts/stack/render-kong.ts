// Writes kong.yml for one machine: the same text, byte for byte, but for the addresses of services and issuers.
import { isMap, isScalar, isSeq, parseDocument, type Scalar } from 'yaml'

/** Where an origin of kong.yml lies here, e.g. `http://mobile-api:3000` → `http://127.0.0.1:3000`. */
export type Origins = Readonly<Record<string, string>>

interface Replacement {
  readonly node: Scalar
  readonly text: string
}

/**
 * Replaces the origins of service addresses (`url`, or `host` with `port`), and within plugin configurations those of
 * its own fields for addresses. Comments, order and layout stay, so line numbers in messages still fit.
 * @throws {Error} when the text is no YAML
 */
export function renderKong(source: string, origins: Origins): string {
  const document = parseDocument(source)
  const [error] = document.errors
  if (error !== undefined) throw new Error(`kong.yml: ${error.message}`)
  const replacements = [...findReplacements(document.contents, origins)]
  replacements.sort((a, b) => startOf(b.node) - startOf(a.node)) // from the end, so that offsets stay right
  let text = source
  for (const { node, text: replacement } of replacements) {
    const [start, end] = node.range ?? [0, 0]
    text = text.slice(0, start) + replacement + text.slice(end)
  }
  return text
}

/** The same for the catalogue. What is no YAML stays as it is: whoever reads it says so. */
export function renderCatalogueText(source: string, origins: Origins): string {
  return parseDocument(source).errors.length > 0 ? source : renderKong(source, origins)
}

function startOf(node: Scalar): number {
  return node.range?.[0] ?? 0
}

/** Wherever these stand in kong.yml they mean an address; the guard's Lua and all else is left alone. */
const ADDRESS_KEYS = new Set([
  ...['url', 'jwks_uri', 'issuer', 'audiences', 'public_origin', 'resource_metadata'],
  ...['resource', 'authorization_servers', 'token_url'],
])

function* findReplacements(node: unknown, origins: Origins): Generator<Replacement> {
  if (isSeq(node)) {
    for (const item of node.items) yield* findReplacements(item, origins)
  }
  if (!isMap(node)) return
  yield* replaceHostAndPort(node.get('host', true), node.get('port', true), origins)
  for (const { key, value } of node.items) {
    if (isScalar(key) && ADDRESS_KEYS.has(String(key.value))) {
      for (const each of isSeq(value) ? value.items : [value]) yield* replaceOrigin(each, origins)
    }
    yield* findReplacements(value, origins)
  }
}

function* replaceOrigin(node: unknown, origins: Origins): Generator<Replacement> {
  if (!isScalar(node) || typeof node.value !== 'string' || !URL.canParse(node.value)) return
  const origin = new URL(node.value).origin
  const here = origins[origin]
  if (here === undefined || here === origin || !node.value.startsWith(origin)) return
  const value = here + node.value.slice(origin.length)
  yield { node, text: node.type === 'PLAIN' ? value : JSON.stringify(value) }
}

function* replaceHostAndPort(host: unknown, port: unknown, origins: Origins): Generator<Replacement> {
  if (!isScalar(host) || !isScalar(port)) return
  const here = origins[`http://${host.value}:${port.value}`]
  if (here === undefined) return
  const url = new URL(here)
  yield { node: host, text: url.hostname }
  yield { node: port, text: url.port }
}
