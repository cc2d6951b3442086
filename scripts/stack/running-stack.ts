// The stack that runs on this machine, as a command finds it: by what `npm start` has left in its data folder.

import { readCommandSettings } from '@mobile-api-gateway/auth-server/commands/command-settings.ts'
import { isLoopbackHost } from '@mobile-api-gateway/auth-server/http/outbound/public-address.ts'
import { answersHttp } from './readiness.ts'

export interface RunningStack {
  readonly issuer: string
  readonly databaseUrl: string
}

/** @throws {Error} where none runs, or people elsewhere can reach it */
export async function requireRunningStack(dataDir: string): Promise<RunningStack> {
  const left = new Map(readCommandSettings(dataDir))
  const [issuer, databaseUrl] = [left.get('ISSUER'), left.get('DATABASE_URL')]
  if (issuer === undefined || databaseUrl === undefined)
    throw new Error(`No stack of npm start runs here: nothing is in ${dataDir}. This is for such a stack alone.`)
  if (!URL.canParse(issuer) || !isLoopbackHost(new URL(issuer).hostname))
    throw new Error(
      `The stack's issuer is ${issuer}, which others can reach. This is for a stack on this machine alone.`,
    )
  if (!(await answersHttp(`${issuer}/health/ready`, { onlyOk: true })))
    throw new Error(`Nothing answers at ${issuer}. Begin with npm start.`)
  return { issuer, databaseUrl }
}
