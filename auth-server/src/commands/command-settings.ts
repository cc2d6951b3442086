// What commands are told by the environment; beside a running `npm start`, whatever that has left for them in its data folder.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import type { Setting } from '../config/setting.ts'
import { SETTINGS } from '../config/settings.ts'
import type { KnownSecrets } from '../crypto/secrets.ts'

/** In the data folder of `npm start`, for as long as it runs: variables by their names. */
export const COMMAND_SETTINGS_FILE = 'commands.json'

const DATA_DIR = join(import.meta.dirname, '../../../.data')

/**
 * Reads environment variables. Where none names a database, the one of a running `npm start` is meant, with its secrets:
 * a secret of one database is never used for another.
 * @returns the setting of any name, empty where there is none
 * @throws {UsageError} when one of `names` is missing or empty, naming all that are; when DATABASE_URL is no such address
 */
export function requireSettings(...names: readonly string[]): (name: string) => string {
  const given = Object.entries(process.env).filter(([, value]) => value !== '')
  const settings = new Map([...(process.env.DATABASE_URL ? [] : findLeft()), ...given])
  const missing = names.filter((name) => !settings.has(name))
  if (missing.length > 0) throw new UsageError(`Set ${missing.join(' and ')}.${besideStart(missing)}`)
  const setting = (name: string) => settings.get(name) ?? ''
  if (names.includes(SETTINGS.databaseUrl.variable)) readSetting(SETTINGS.databaseUrl, setting)
  return setting
}

/** Where nothing was found because nothing runs. */
function besideStart(missing: readonly string[]): string {
  if (!missing.includes('DATABASE_URL')) return ''
  return '\nBeside a running npm start nothing needs to be set, but DATA_DIR where it has a data folder of its own.'
}

/** The whole environment, and beside a running `npm start` what it has left, as the server itself would read it. */
export function allSettings(): Readonly<Record<string, string | undefined>> {
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''))
  return process.env.DATABASE_URL ? given : { ...Object.fromEntries(findLeft()), ...given }
}

/** The public origin of the server. @throws {UsageError} that says what is wrong with it */
export function readIssuer(setting: (name: string) => string): string {
  const { variable, byDefault, parse } = SETTINGS.issuer
  const parsed = parse(setting(variable) || byDefault)
  if ('problem' in parsed) throw new UsageError(`${variable} ${parsed.problem}.`)
  return parsed.value
}

/** `KEY_ENCRYPTION_KEY`, and what is accepted beside it. @throws {UsageError} that says what is wrong with them */
export function readKeyEncryptionKeys(setting: (name: string) => string): KnownSecrets {
  const now = readSetting(SETTINGS.keyEncryptionKey, setting)
  const previous = readSetting(SETTINGS.previousKeyEncryptionKey, setting)
  if (previous === now) throw new UsageError('KEY_ENCRYPTION_KEY_PREVIOUS is the same as KEY_ENCRYPTION_KEY.')
  return previous === undefined ? [now] : [now, previous]
}

/** One setting as the server reads it. @throws {UsageError} that says what is wrong with it */
export function readSetting<T>({ variable, parse }: Setting<T>, setting: (name: string) => string): T {
  const read = parse(setting(variable))
  if ('problem' in read) throw new UsageError(`${variable} ${read.problem}.`)
  return read.value
}

function findLeft(): readonly (readonly [string, string])[] {
  const folder = process.env.DATA_DIR || DATA_DIR
  const left = readCommandSettings(folder)
  if (left.length > 0) process.stderr.write(`With the database of npm start in ${folder}.\n`)
  return left
}

/** What a running `npm start` has left in its data folder; nothing where none runs. */
export function readCommandSettings(folder: string): readonly (readonly [string, string])[] {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(join(folder, COMMAND_SETTINGS_FILE), 'utf8'))
  } catch {
    return [] // nothing runs here
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text] as const] : []))
}
