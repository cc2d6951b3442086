// The four secrets of a development stack: made once, kept in one file that only its owner may read.
import { randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

const names = ['PASSWORD_PEPPER', 'TOKEN_SECRET', 'COOKIE_SECRET', 'KEY_ENCRYPTION_KEY'] as const

/** 32 random bytes each, base64url: the auth server's environment variables of the same names. */
export type Secrets = Readonly<Record<(typeof names)[number], string>>

/**
 * Reads the secrets, making them (mode 0600) when the file is not there.
 * Losing the file makes the database useless: passwords no longer fit and signing keys cannot be decrypted.
 * @throws when the file holds something else
 */
export async function loadSecrets(path: string): Promise<Secrets> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  return text === undefined ? makeSecrets(path) : parseSecrets(path, text)
}

async function makeSecrets(path: string): Promise<Secrets> {
  const random = () => randomBytes(32).toString('base64url')
  const fresh: Secrets = {
    PASSWORD_PEPPER: random(),
    TOKEN_SECRET: random(),
    COOKIE_SECRET: random(),
    KEY_ENCRYPTION_KEY: random(),
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const whole = `${path}.${randomUUID()}`
  await writeFile(whole, `${JSON.stringify(fresh, null, 2)}\n`, { mode: 0o600 })
  try {
    await link(whole, path) // in one step, and only if nobody else was first
    return fresh
  } catch {
    return parseSecrets(path, await readFile(path, 'utf8'))
  } finally {
    await rm(whole, { force: true })
  }
}

function parseSecrets(path: string, text: string): Secrets {
  const problem = new Error(
    `${path} does not hold the secrets ${names.join(', ')}; restore it, or delete the whole folder to start anew`,
  )
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw problem
  }
  if (typeof value !== 'object' || value === null) throw problem
  const found = new Map<string, unknown>(Object.entries(value))
  const secret = (name: (typeof names)[number]): string => {
    const held = found.get(name)
    if (typeof held !== 'string' || Buffer.from(held, 'base64url').length < 32) throw problem
    return held
  }
  return {
    PASSWORD_PEPPER: secret('PASSWORD_PEPPER'),
    TOKEN_SECRET: secret('TOKEN_SECRET'),
    COOKIE_SECRET: secret('COOKIE_SECRET'),
    KEY_ENCRYPTION_KEY: secret('KEY_ENCRYPTION_KEY'),
  }
}
