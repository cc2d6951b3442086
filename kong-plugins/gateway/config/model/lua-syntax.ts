// Whether Kong's LuaJIT can read a piece of Lua: the grammar of Lua 5.2 and what LuaJIT has beside it.
import { parse } from 'luaparse'

/** LuaJIT's own numbers (64 bits, imaginary, binary) and its `\u{…}`, put as plain Lua. */
function plain(code: string): string {
  return code
    .replace(/^#[^\n]*/, '')
    .replace(/\b0b[01]+\b/gi, '0')
    .replace(/\b(0x[\da-f]+|\d+)(?:u?ll|i)\b/gi, '$1')
    .replace(/\\u\{[\da-f]+\}/gi, 'u')
    .replace(/[^\0-\x7f]/g, '_')
} // letters to LuaJIT

/** What is wrong with the syntax, with its line; undefined when nothing is. */
export function luaProblem(code: string): string | undefined {
  try {
    parse(plain(code), { luaVersion: '5.2', comments: false })
    return undefined
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return text.replace(/^\[(\d+):\d+\] /, 'line $1: ')
  }
}
