// npm run api -- protect: writes an API into kong.yml, checked before anything is written.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readTextFileSync, UnreadableFile } from '@mobile-api-gateway/sdk/text-file.ts'
import { requireApi } from './api.ts'
import { tellLimits } from './limits.ts'
import { ProtectProblem } from './problem.ts'
import { protect } from './protect.ts'

export const PROTECT_USAGE = `Usage: npm run api -- protect NAME --upstream URL --path /PATH [--issuer URL] [--audience URI]
                              [--file kong.yml] [--dry-run]

Writes an API into kong.yml: a service with mobile-gateway and the guard, and the route of its metadata. What is not said
is as in the first protected service. Comments and all else stay; nothing is written that npm run check:kong refuses.

  --upstream  where the backend listens, e.g. http://orders:8080
  --path      what apps call, e.g. /orders; the backend is called without it
  --issuer    the authorization server, as iss in its tokens says
  --audience  the API's resource URI, as registered with the auth server
  --file      which file; kong.yml of this project without it
  --dry-run   shows what would be added, and writes nothing
  --help      this text
`

export const PROTECT_OPTIONS = {
  upstream: { type: 'string' },
  path: { type: 'string' },
  issuer: { type: 'string' },
  audience: { type: 'string' },
  file: { type: 'string', default: join(import.meta.dirname, '../../kong.yml') },
  'dry-run': { type: 'boolean', default: false },
} as const

interface Said {
  readonly upstream?: string | undefined
  readonly path?: string | undefined
  readonly issuer?: string | undefined
  readonly audience?: string | undefined
  readonly file: string
  readonly 'dry-run': boolean
}

function read(file: string): string {
  try {
    return readTextFileSync(file)
  } catch (error) {
    throw error instanceof UnreadableFile ? new ProtectProblem(error.message) : error
  }
}

/** Does it. @returns the exit code: 1 when something is in its way @throws {UsageError} */
export async function protectCommand(name: string, said: Said): Promise<number> {
  const api = requireApi({ name, ...said })
  try {
    const before = read(said.file)
    const { text, added, audience } = await protect(said.file, before, api)
    if (added.length === 0) console.log(`${name} is in ${said.file} already.`)
    else if (said['dry-run']) console.log(`To be added to ${said.file}:\n\n${added.join('\n\n')}`)
    else {
      // The check takes seconds, and somebody may have saved an edit meanwhile.
      if (read(said.file) !== before)
        throw new ProtectProblem(`${said.file} was edited meanwhile, and nothing has been written. Do it again.`)
      // In place: a container that mounts the file would not see another one under its name.
      writeFileSync(said.file, text)
      console.log(
        `${name} is protected under ${api.path}, for tokens of ${audience}. Reload Kong; npm start does by itself.\n${tellLimits(said.file, { name, audience })}`,
      )
    }
    return 0
  } catch (error) {
    if (!(error instanceof ProtectProblem)) throw error
    console.error(error.message)
    return 1
  }
}
