// The four operations of the auth benchmark, each time for somebody else of all who are in the database.
import { CLIENT_CREDENTIALS, codeFlow, introspectOnce, type Operation, refreshOnce } from '../auth/operations.ts'
import type { GrownWorld } from './world.ts'

/** The operations on one world. */
export function operationsOf({ tokens, cookies }: GrownWorld): readonly Operation[] {
  let next = 0
  const take = (): string => {
    const token = tokens.shift()
    if (token === undefined) throw new Error('more callers than logins')
    return token
  }
  return [
    CLIENT_CREDENTIALS,
    {
      name: 'refresh with rotation',
      async prepare(_party, caller) {
        return async () => {
          const { refresh_token: successor } = await refreshOnce(caller, take())
          tokens.push(successor)
        }
      },
    },
    {
      name: 'code flow with a session',
      async prepare(_party, caller) {
        return async () => {
          caller.keep(cookies[next++ % cookies.length] ?? '')
          await codeFlow(caller)
        }
      },
    },
    {
      name: 'introspection',
      async prepare(_party, caller) {
        return async () => {
          const token = take()
          await introspectOnce(caller, token)
          tokens.push(token)
        }
      },
    },
  ]
}
