// The four operations of the auth benchmark, each time for somebody else of all who are in the database.
import type { HttpCaller } from '../auth/http.ts'
import { CLIENT_CREDENTIALS, codeFlow, introspectOnce, type Operation, refreshOnce } from '../auth/operations.ts'
import type { GrownWorld } from './world.ts'

/** The operations on one world. Logins are taken in turn, so that none is used again before all others were. */
export function operationsOf({ tokens, cookies }: GrownWorld): readonly Operation[] {
  let turn = 0
  const each = (name: string, ask: (caller: HttpCaller, turn: number) => Promise<void>): Operation => ({
    name,
    prepare: async (_party, caller) => () => ask(caller, turn++),
  })
  return [
    CLIENT_CREDENTIALS,
    each('refresh with rotation', async (caller, turn) => {
      const at = turn % tokens.length
      const { refresh_token: successor } = await refreshOnce(caller, tokens[at] ?? '')
      tokens[at] = successor
    }),
    each('code flow with a session', async (caller, turn) => {
      caller.keep(cookies[turn % cookies.length] ?? '')
      await codeFlow(caller)
    }),
    each('introspection', (caller, turn) => introspectOnce(caller, tokens[turn % tokens.length] ?? '')),
  ]
}
