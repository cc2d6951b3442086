// This project's authorization server for a benchmark: on a database of its own, with one client, one API and one person.

import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import pg from 'pg'
import { readForms } from '../../demo/html-form.ts'
import { freePort } from '../../stack/ports.ts'
import type { Postgres } from '../../stack/postgres.ts'
import { type ManagedProcess, manageProcess, type ProcessEvents } from '../../stack/processes.ts'
import { answersHttp } from '../../stack/readiness.ts'
import { defineParty } from './define-party.ts'
import type { HttpCaller } from './http.ts'
import { UnexpectedAnswer } from './operations.ts'
import { API, type BenchParty, CLIENT, PERSON } from './party.ts'

const root = join(import.meta.dirname, '..', '..', '..')

/** Starts a server. */
export type Launch = (
  name: string,
  args: readonly string[],
  port: number,
  env: NodeJS.ProcessEnv,
) => Promise<ManagedProcess>

/** @param undo is given what stops each server again @param events of each of them */
export function launcher(undo: (() => Promise<unknown>)[], events: ProcessEvents = {}): Launch {
  return async (name, args, port, env) => {
    const ready = () => answersHttp(`http://127.0.0.1:${port}/.well-known/openid-configuration`, { onlyOk: true })
    const settings = { ...process.env, LOG_LEVEL: 'warn', NODE_ENV: 'production', PORT: String(port), ...env }
    const managed = manageProcess({ name, command: process.execPath, args, env: settings, cwd: root, ready }, events)
    undo.push(() => managed.stop())
    await managed.start()
    return managed
  }
}

export async function createDatabase(postgres: Postgres, name: string): Promise<string> {
  const admin = new pg.Client({ connectionString: postgres.url })
  await admin.connect()
  await admin.query(`create database ${name}`).finally(() => admin.end())
  const url = new URL(postgres.url)
  url.pathname = `/${name}`
  return url.href
}

/** @param settings beside those of every benchmark @param database its name */
export async function startOurs(
  postgres: Postgres,
  launch: Launch,
  settings: NodeJS.ProcessEnv = {},
  database = 'ours',
): Promise<BenchParty & Readonly<{ databaseUrl: string; passwordPepper: string }>> {
  const databaseUrl = await createDatabase(postgres, database)
  const secret = () => randomBytes(32).toString('base64url')
  const passwordPepper = secret()
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const process = await launch('ours', [join(root, 'auth-server', 'src', 'main.ts')], port, {
    DATABASE_URL: databaseUrl,
    ISSUER: origin,
    PASSWORD_PEPPER: passwordPepper,
    TOKEN_SECRET: secret(),
    COOKIE_SECRET: secret(),
    KEY_ENCRYPTION_KEY: secret(),
    VISITS_PER_MINUTE: '0',
    DRAIN_SECONDS: '0',
    ...settings,
  })
  await defineParty({ databaseUrl, origin, passwordPepper })
  const signIn = (caller: HttpCaller) => signInAt(origin, caller)
  return { name: 'ours', origin, process, database, signIn, databaseUrl, passwordPepper }
}

/** Gives a caller a session. @throws {UnexpectedAnswer} */
export async function signInAt(origin: string, caller: HttpCaller): Promise<void> {
  const page = await follow(caller, `/authorize?${firstRequest()}`)
  const form = readForms(page, origin).find(({ fields }) => fields.has('password'))
  if (!form) throw new Error('no login form')
  const fields = { ...Object.fromEntries(form.fields), ...PERSON }
  const answer = await caller.post(form.action.pathname, fields, { origin })
  if (answer.status !== 303) throw new UnexpectedAnswer('login', answer)
}

/** The parameters of a sound request. */
export function firstRequest(): URLSearchParams {
  return new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT.id,
    redirect_uri: CLIENT.redirectUri,
    scope: API.scope,
    resource: API.resource,
    code_challenge: createHash('sha256').update('x').digest('base64url'),
    code_challenge_method: 'S256',
  })
}

/** Follows redirects until a page comes, or one that leads back to the app. @throws {UnexpectedAnswer} */
export async function follow(caller: HttpCaller, path: string): Promise<string> {
  const answer = await caller.get(path)
  const { location } = answer
  if (location === undefined) {
    if (answer.status !== 200) throw new UnexpectedAnswer('page', answer)
    return answer.body
  }
  return location.startsWith(CLIENT.redirectUri) ? '' : follow(caller, location)
}
