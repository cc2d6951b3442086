// What the operation on keys does: it tells which sign and until when, and nothing that is secret.
import { listScheduledKeys } from '../tokens/key-schedule.ts'
import type { HandlersOf } from './handler.ts'

export const KEY_HANDLERS: HandlersOf<'keys'> = {
  'keys.list': {
    async read({ db }) {
      const items = (await listScheduledKeys(db)).map(({ kid, alg, state, signsFrom, signsUntil }) => ({
        kid,
        alg,
        state,
        signs_from: signsFrom.toISOString(),
        signs_until: signsUntil.toISOString(),
      }))
      return { items, next: null }
    },
  },
}
