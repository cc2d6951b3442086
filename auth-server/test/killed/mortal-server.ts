// The server as a process that can be killed, and its clients, who hear an answer or nothing.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import type { Test } from 'tap'
import type { TestServer } from '../support/server.ts'

export interface MortalAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}
interface Asking {
  readonly form?: Record<string, string>
  readonly json?: unknown
  readonly headers?: Record<string, string>
}
/** Asks the server that runs at the moment; undefined when there was no whole answer. */
export type MortalAsk = (path: string, asking?: Asking) => Promise<MortalAnswer | undefined>

async function start({ config }: TestServer, name: string) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../src/main.ts', import.meta.url))], {
    env: {
      ...process.env,
      PORT: '0',
      ISSUER: config.issuer,
      DATABASE_URL: `${config.databaseUrl}?application_name=${name}`,
      PASSWORD_PEPPER: config.passwordPepper,
      TOKEN_SECRET: config.tokenSecret,
      COOKIE_SECRET: config.cookieSecret,
      KEY_ENCRYPTION_KEY: config.keyEncryptionKey,
      VISITS_PER_MINUTE: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /Server listening at (http:\/\/127[^"]+)/.exec(line) ?? []
    if (url) {
      child.stdout.resume()
      return { child, exited, url, name }
    }
  }
  throw new Error('the server ended before it listened')
}

/** Starts one on the database of a test server; there is a life after each death. */
export async function mortalServer(t: Test, server: TestServer) {
  let lives = 1
  let current = await start(server, `life-${lives}`)
  const kill = () => void current.child.kill('SIGKILL')
  t.teardown(kill)

  const ask: MortalAsk = async (path, { form, json, headers } = {}) => {
    try {
      const response = await fetch(`${current.url}${path}`, {
        method: form || json ? 'POST' : 'GET',
        redirect: 'manual',
        headers: { ...headers, ...(json !== undefined && { 'content-type': 'application/json' }) },
        body: form ? new URLSearchParams(form) : json ? JSON.stringify(json) : null,
      })
      return { status: response.status, headers: response.headers, body: await response.text() }
    } catch {
      return undefined
    }
  }
  /** Waits until the killed one is gone and PostgreSQL has ended what it was told last; then starts the next. */
  const revive = async () => {
    await current.exited
    const deadline = Date.now() + 10_000
    const connected = sql`select from pg_stat_activity
      where datname = current_database() and application_name = ${current.name}`
    while ((await connected.execute(server.db)).rows.length > 0) {
      if (Date.now() > deadline) throw new Error('connections of the killed server live on')
      await delay(10)
    }
    current = await start(server, `life-${++lives}`)
  }
  return { ask, kill, revive }
}
