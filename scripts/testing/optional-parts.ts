// The programs some tests need beyond Node: where they are, which tests go without them, and what to install.
import { existsSync } from 'node:fs'
import { findChromium } from '../../auth-server/test/support/find-chromium.ts'
import { findOnPath } from '../stack/find-on-path.ts'

/** A program that tests may use when it is there. */
export interface OptionalPart {
  readonly name: string
  /** Path of the program, undefined when it is missing. */
  readonly find: () => string | undefined
  readonly skipped: string
  readonly install: string
  /** With `CI=true` a missing part fails the run instead of leaving tests out. */
  readonly requiredInCi: boolean
}

/** The real gateway, when it is installed. */
export function findKong(): string | undefined {
  return findOnPath('kong')
}

/** The server that gateways share their counts in, when it is installed. */
export function findRedis(): string | undefined {
  return findOnPath('redis-server')
}

/** The connection pooler, when it is installed; Debian puts it where only root's PATH leads. */
export function findPgBouncer(): string | undefined {
  return findOnPath('pgbouncer', ['/usr/sbin'])
}

/** The directory of OpenLDAP, when it is installed with Debian's schemas. */
export function findSlapd(): string | undefined {
  return existsSync('/etc/ldap/schema/core.schema') ? findOnPath('slapd', ['/usr/sbin']) : undefined
}

/** What runs the queries of the dashboard and of the alert rules, when it is installed. */
export function findPrometheus(): string | undefined {
  return findOnPath('prometheus')
}

/** Every optional part, in the order in which it is spoken of. */
export const OPTIONAL_PARTS: readonly OptionalPart[] = [
  {
    name: 'Chromium',
    find: findChromium,
    skipped: 'the whole flow in a browser',
    install:
      'apt-get install chromium (Debian), brew install --cask chromium (macOS), or name one: CHROMIUM=/path/to/it',
    requiredInCi: true,
  },
  {
    name: 'Redis',
    find: findRedis,
    skipped: 'limits that several gateways share',
    install: 'apt-get install redis-server (Debian), brew install redis (macOS), so that `redis-server` is on PATH',
    requiredInCi: true,
  },
  {
    name: 'PgBouncer',
    find: findPgBouncer,
    skipped: 'the auth server behind a connection pooler',
    install: 'apt-get install pgbouncer (Debian), brew install pgbouncer (macOS)',
    requiredInCi: true,
  },
  {
    name: 'slapd',
    find: findSlapd,
    skipped: 'signing in by an LDAP directory',
    install: 'apt-get install slapd (Debian)',
    requiredInCi: true,
  },
  {
    name: 'Prometheus',
    find: findPrometheus,
    skipped: 'the queries of the dashboard and of the alert rules',
    install: 'apt-get install prometheus (Debian), brew install prometheus (macOS)',
    requiredInCi: false,
  },
  {
    name: 'Kong',
    find: findKong,
    skipped: 'the end-to-end tests on a real Kong (they run on the embedded gateway)',
    install: 'Kong Gateway 3.9, so that `kong` is on PATH',
    requiredInCi: false,
  },
]
