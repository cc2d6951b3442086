// The secrets of a development stack: made once, kept in one file that only its owner may read.
import { randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Without one of these the database is useless: passwords no longer fit and signing keys cannot be decrypted. */
const LASTING = ['PASSWORD_PEPPER', 'TOKEN_SECRET', 'COOKIE_SECRET', 'KEY_ENCRYPTION_KEY'] as const
/** Made anew when they are missing, as in a file of an earlier version. */
const REPLACEABLE = ['GATEWAY_CLIENT_SECRET'] as const
const NAMES = [...LASTING, ...REPLACEABLE] as const

type Name = (typeof NAMES)[number]

/** 32 random bytes each, base64url: the servers' environment variables of the same names. */
export type Secrets = Readonly<Record<Name, string>>

function random(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * Reads the secrets, making them (mode 0600) when the file is not there.
 * @throws {Error} when the file holds something else
 */
export async function loadSecrets(path: string): Promise<Secrets> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  return text === undefined ? makeSecrets(path) : parseSecrets(path, text)
}

async function makeSecrets(path: string): Promise<Secrets> {
  const fresh: Secrets = {
    PASSWORD_PEPPER: random(),
    TOKEN_SECRET: random(),
    COOKIE_SECRET: random(),
    KEY_ENCRYPTION_KEY: random(),
    GATEWAY_CLIENT_SECRET: random(),
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const whole = await writeBeside(path, fresh)
  try {
    await link(whole, path) // in one step, and only if nobody else was first
    return fresh
  } catch {
    return parseSecrets(path, await readFile(path, 'utf8'))
  } finally {
    await rm(whole, { force: true })
  }
}

async function writeBeside(path: string, secrets: Secrets): Promise<string> {
  const whole = `${path}.${randomUUID()}`
  await writeFile(whole, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  return whole
}

async function parseSecrets(path: string, text: string): Promise<Secrets> {
  const problem = new Error(
    `${path} does not hold the secrets ${LASTING.join(', ')}; restore it, or delete the whole folder to start anew`,
  )
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw problem
  }
  if (typeof value !== 'object' || value === null) throw problem
  const found = new Map<string, unknown>(Object.entries(value))
  const held = (name: Name): string | undefined => {
    const secret = found.get(name)
    return typeof secret === 'string' && Buffer.from(secret, 'base64url').length >= 32 ? secret : undefined
  }
  const secret = (name: (typeof LASTING)[number]): string => {
    const lastingSecret = held(name)
    if (lastingSecret === undefined) throw problem
    return lastingSecret
  }
  const secrets: Secrets = {
    PASSWORD_PEPPER: secret('PASSWORD_PEPPER'),
    TOKEN_SECRET: secret('TOKEN_SECRET'),
    COOKIE_SECRET: secret('COOKIE_SECRET'),
    KEY_ENCRYPTION_KEY: secret('KEY_ENCRYPTION_KEY'),
    GATEWAY_CLIENT_SECRET: held('GATEWAY_CLIENT_SECRET') ?? random(),
  }
  if (REPLACEABLE.some((name) => held(name) === undefined)) await rename(await writeBeside(path, secrets), path)
  return secrets
}
