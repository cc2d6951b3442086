// What the operation on keys does: it tells which sign, and nothing that is secret.
import type { HandlersOf } from './handler.ts'

export const KEY_HANDLERS: HandlersOf<'keys'> = {
  'keys.list': {
    async read({ deps: { keys } }) {
      const items = keys.jwks.keys.map(({ kid = '', alg = '' }, place, all) => {
        const current = keys.current(alg).kid
        const at = all.findIndex((key) => key.kid === current)
        const state = kid === current ? 'current' : place > at ? 'next' : 'former'
        return { kid, alg, state } as const
      })
      return { items, next: null }
    },
  },
}
