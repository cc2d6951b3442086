// The server's own process, started with an environment of the test's making.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { randomSecret } from '../../src/crypto/random.ts'
import { SURROUNDINGS } from './surroundings.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export interface Started {
  /** The address it listens at; undefined when it ended instead. */
  readonly url: Promise<string | undefined>
  /** Resolves when it has printed something that matches. */
  readonly says: (pattern: RegExp) => Promise<void>
  /** How it ended, and all that it printed on standard error. */
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>
  readonly signal: (name: NodeJS.Signals) => void
  readonly log: () => string
}

/** Starts it on a port of its own; killed when the test ends. */
export function startServer(t: Test, environment: Readonly<Record<string, string>>): Started {
  const secrets = ['PASSWORD_PEPPER', 'TOKEN_SECRET', 'COOKIE_SECRET', 'KEY_ENCRYPTION_KEY']
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...SURROUNDINGS,
      PORT: '0',
      VISITS_PER_MINUTE: '0',
      ...Object.fromEntries(secrets.map((name) => [name, randomSecret()])),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  let log = ''
  let errors = ''
  const heard = new Set<() => void>()
  const hear = () => {
    for (const look of heard) look()
  }
  child.stdout.on('data', (chunk) => {
    log += String(chunk)
    hear()
  })
  child.stderr.on('data', (chunk) => {
    errors += String(chunk)
    hear()
  })
  const ended = once(child, 'close').then(([code]) => ({ code: typeof code === 'number' ? code : null, errors }))
  const says = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      void ended.then(() => reject(new Error(`it ended without saying ${pattern}:\n${log}${errors}`)))
      const look = () => {
        if (!pattern.test(log + errors)) return
        heard.delete(look)
        resolve()
      }
      heard.add(look)
      look()
    })
  const listening = /Server listening at (http:\/\/127[^"]+)/
  const url = says(listening).then(
    () => listening.exec(log)?.[1],
    () => undefined,
  )
  return { url, says, ended, signal: (name) => void child.kill(name), log: () => log }
}
