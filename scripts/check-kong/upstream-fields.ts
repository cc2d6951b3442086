// The fields of Kong's upstreams: load balancing and health checks.
import type { FieldSchema } from '@mobile-api-gateway/kong-plugins/gateway/plugin-schema.ts'
import {
  amount,
  choice,
  flag,
  headerName,
  hostAndPort,
  listOf,
  type NamedFields,
  path,
  record,
  required,
  sni,
  text,
  upstreamName,
  whole,
} from './value-types.ts'

const hashInputs = ['none', 'consumer', 'ip', 'header', 'cookie', 'path', 'query_arg', 'uri_capture'] as const
const seconds = amount(0, 65_535)
const count = whole(0, 255)
const statuses = listOf(whole(100, 999))
const checkType = choice('tcp', 'http', 'https', 'grpc', 'grpcs')
const failures = { http_statuses: statuses, tcp_failures: count, timeouts: count, http_failures: count }

/** All fields but those that every entity has. */
export const upstreamFields: NamedFields = {
  name: required(upstreamName),
  algorithm: choice('consistent-hashing', 'least-connections', 'round-robin', 'latency'),
  hash_on: choice(...hashInputs),
  hash_fallback: choice(...hashInputs),
  hash_on_header: headerName,
  hash_fallback_header: headerName,
  hash_on_cookie: text(),
  hash_on_cookie_path: path,
  hash_on_query_arg: text(),
  hash_fallback_query_arg: text(),
  hash_on_uri_capture: text(),
  hash_fallback_uri_capture: text(),
  slots: whole(10, 65_536),
  healthchecks: record({
    threshold: amount(0, 100),
    active: record({
      type: checkType,
      timeout: seconds,
      concurrency: whole(1, 2 ** 31),
      http_path: path,
      https_sni: sni,
      https_verify_certificate: flag,
      headers: { type: 'map', keys: headerName, values: listOf(text()) },
      healthy: record({ interval: seconds, http_statuses: statuses, successes: count }),
      unhealthy: record({ interval: seconds, ...failures }),
    }),
    passive: record({
      type: checkType,
      healthy: record({ http_statuses: statuses, successes: count }),
      unhealthy: record(failures),
    }),
  }),
  host_header: hostAndPort,
  use_srv_name: flag,
}

const needs = (chosenBy: string, value: string, field: string): FieldSchema => ({
  conditional: {
    ...{ if_field: chosenBy, if_match: { one_of: [value] } },
    ...{ then_field: field, then_match: { required: true } },
  },
})

/** What hashes over something has to say what. */
export const upstreamRules: readonly FieldSchema[] = [
  ...['hash_on', 'hash_fallback'].flatMap((by) => [
    needs(by, 'header', `${by}_header`),
    needs(by, 'cookie', 'hash_on_cookie'),
    needs(by, 'query_arg', `${by}_query_arg`),
    needs(by, 'uri_capture', `${by}_uri_capture`),
  ]),
]
