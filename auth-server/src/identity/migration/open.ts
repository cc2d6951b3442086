// Opens an export with hashes, portion by portion, and notices where one is missing.
import { type Item, itemsOf } from '../import/items.ts'
import { WrongEntry } from '../import/person.ts'
import { openPortion } from './portion.ts'
import type { Recipient } from './recipient.ts'

const JWE = /^ey[\w-]+\.[\w-]*\.[\w-]+\.[\w-]*\.[\w-]+$/

/** Opens what is sealed in the lines of one file. */
export interface Opener {
  /** @throws {WrongEntry} */
  readonly open: (text: string) => Promise<readonly Item[]>
  /** What is missing, once the file is over. */
  readonly missing: () => string | undefined
}

/** @param key undefined where none was given */
export function openerFor(key: Recipient | undefined): Opener {
  let [opened, isOver, hasGap] = [0, false, false]
  return {
    async open(text) {
      if (!JWE.test(text)) throw new WrongEntry('is no JSON')
      if (!key) throw new WrongEntry('is encrypted: name the file of the private key with --key')
      const { lines, part, isLast } = await openPortion(text, key)
      if (!(part > opened)) throw new WrongEntry('is a portion that was there before, or of another export')
      hasGap ||= part > opened + 1
      opened = part
      isOver = isLast
      const items: Item[] = []
      for await (const item of itemsOf(once(lines), []))
        items.push({ ...item, place: item.place.replace('line', 'person') })
      return items
    },
    missing: () => (opened > 0 && (hasGap || !isOver) ? 'is not whole: portions of the export are missing' : undefined),
  }
}

async function* once(text: string): AsyncGenerator<string> {
  yield text
}
