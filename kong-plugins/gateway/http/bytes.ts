// Header bytes: node shows them as latin1, plugins and Lua take UTF-8; these go back and forth without loss of bytes.

/** latin1 (one character per byte) to text; bytes that are not UTF-8 are mangled, as between Kong and its plugins. */
export function bytesToText(bytes: string): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8')
}

/** Text to latin1, one character per UTF-8 byte. */
export function textToBytes(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

/** Applies a conversion to every string of a value; maps become plain objects. */
export function convertDeep(value: unknown, convert: (text: string) => string): unknown {
  if (typeof value === 'string') return convert(value)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value ?? undefined
  if (Array.isArray(value)) return value.map((item) => convertDeep(item, convert))
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  return Object.fromEntries(entries.map(([key, item]) => [convert(String(key)), convertDeep(item, convert)]))
}
