// The programs some tests need beyond Node: where they are, which tests go without them, and what to install.
import { existsSync } from 'node:fs'
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

const macBrowsers = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** A Chromium or Chrome that Playwright can drive; `CHROMIUM` names one that is elsewhere. */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM
  if (named !== undefined && named !== '') return existsSync(named) ? named : undefined
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
    const path = findOnPath(name)
    if (path !== undefined) return path
  }
  return macBrowsers.find((path) => existsSync(path))
}

/** The real gateway, when it is installed. */
export const findKong = (): string | undefined => findOnPath('kong')

/** The server that gateways share their counts in, when it is installed. */
export const findRedis = (): string | undefined => findOnPath('redis-server')

/** Every optional part, in the order in which it is spoken of. */
export const optionalParts: readonly OptionalPart[] = [
  {
    name: 'Chromium',
    find: findChromium,
    skipped: 'the road in a browser',
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
    name: 'Kong',
    find: findKong,
    skipped: 'the end-to-end tests on a real Kong (they run on the embedded gateway)',
    install: 'Kong Gateway 3.9, so that `kong` is on PATH',
    requiredInCi: false,
  },
]
