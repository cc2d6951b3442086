// A command of the auth server, run as operators run it, in surroundings that are told.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { SURROUNDINGS } from './surroundings.ts'

/** What it printed, and its exit code; it never throws. @param command the name of its file, without the ending */
export async function run(command: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const file = fileURLToPath(new URL(`../../src/commands/${command}.ts`, import.meta.url))
  const options = { env: { ...SURROUNDINGS, ...env } }
  return promisify(execFile)(process.execPath, [file, ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => ({ code: 1, stdout: '', stderr: '', ...Object(error) }),
  )
}
