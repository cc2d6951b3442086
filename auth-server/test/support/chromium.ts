// A real Chromium for tests: found on this machine, phone-sized unless told otherwise, with an ear on every complaint of a page.
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import type { Test } from 'tap'
import { findChromium } from './find-chromium.ts'

const MISSING = 'Chromium is missing: install it with: apt-get install chromium (or name one: CHROMIUM=/path/to/it)'

const ON_THIS_MACHINE = 'MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]'

const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Tests talk to this machine only; other names lead nowhere but for those in `hosts`, whose sites listen on these ports. */
function resolverRules(hosts: Readonly<Record<string, number>>): string {
  const mapped = Object.entries(hosts).map(([name, port]) => `MAP ${name} 127.0.0.1:${port}`)
  return `--host-resolver-rules=${[...mapped, ON_THIS_MACHINE].join(', ')}`
}

/** Options of a test that needs Chromium: left out where there is none, unless `CI=true` asks for every test. */
export const needsChromium = {
  skip: findChromium() === undefined && process.env.CI !== 'true' ? MISSING : false,
} as const

/** One person's browser: cookies of its own, one tab at a time. */
export interface Phone {
  /**
   * Opens a tab; the one before is closed, as a phone does when the app takes over. (Left open after a redirect to a
   * private-use scheme, it would take no more input: Chromium asks there whether to open the app.)
   */
  tab(): Promise<Page>
  /** What its pages complained about: console errors, uncaught exceptions, violations of their security policy. */
  readonly complaints: readonly string[]
}

// What Chromium says of itself, not of the page: no app owns the scheme on this machine; a 4xx was meant.
const EXPECTED = [
  /^Failed to launch '[a-z.]+:/,
  /^Failed to load resource: the server responded with a status of 4\d\d/,
]

function hearViolations() {
  return document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
    const heard: unknown = Reflect.get(window, 'hearViolation')
    if (typeof heard === 'function') heard(`policy violated: ${effectiveDirective} ${blockedURI}`)
  })
}

/**
 * Starts Chromium with an empty profile; it ends with the test.
 * Each call of the result is another person's browser, with the screen of a phone unless `options` say otherwise.
 */
export async function launchChromium(
  t: Test,
  hosts: Readonly<Record<string, number>> = {},
): Promise<(t: Test, options?: BrowserContextOptions) => Promise<Phone>> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error(MISSING)
  const browser = await chromium.launch({ executablePath, args: [...QUIET, resolverRules(hosts)] })
  t.teardown(() => browser.close())
  return async (t, options = {}) => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, ...options })
    t.teardown(() => context.close())
    context.setDefaultTimeout(5_000)
    const complaints: string[] = []
    const hear = (complaint: string) => {
      if (!EXPECTED.some((expected) => expected.test(complaint))) complaints.push(complaint)
    }
    context.on('console', (message) => message.type() === 'error' && hear(message.text()))
    context.on('weberror', (webError) => hear(webError.error().message))
    await context.exposeFunction('hearViolation', hear)
    await context.addInitScript(hearViolations)
    let current: Page | undefined
    const tab = async () => {
      await current?.close()
      current = await context.newPage()
      return current
    }
    return { tab, complaints }
  }
}
