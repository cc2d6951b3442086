// Writes kong.yml for one machine: the same text, byte for byte, but for the addresses of services and issuers.
import {
  findOrigins,
  type Origins,
  replaceScalars,
  type ScalarReplacement,
} from '@mobile-api-gateway/auth-server/config/yaml-origins.ts'
import { isMap, isScalar, isSeq, parseDocument } from 'yaml'

/**
 * Replaces the origins of service addresses (`url`, or `host` with `port`), and within plugin configurations those of
 * its own fields for addresses.
 * @throws {Error} when the text is no YAML
 */
export function renderKong(source: string, origins: Origins): string {
  const document = parseDocument(source)
  const [error] = document.errors
  if (error !== undefined) throw new Error(`kong.yml: ${error.message}`)
  const { contents } = document
  return replaceScalars(source, [...findOrigins(contents, origins), ...findHosts(contents, origins)])
}

function* findHosts(node: unknown, origins: Origins): Generator<ScalarReplacement> {
  if (isSeq(node)) for (const item of node.items) yield* findHosts(item, origins)
  if (!isMap(node)) return
  yield* replaceHostAndPort(node.get('host', true), node.get('port', true), origins)
  for (const { value } of node.items) yield* findHosts(value, origins)
}

function* replaceHostAndPort(host: unknown, port: unknown, origins: Origins): Generator<ScalarReplacement> {
  if (!isScalar(host) || !isScalar(port)) return
  const here = origins[`http://${host.value}:${port.value}`]
  if (here === undefined) return
  const url = new URL(here)
  yield { node: host, text: url.hostname }
  yield { node: port, text: url.port }
}
