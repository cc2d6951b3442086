// HTTP headers as nginx keeps them: an ordered list, names matched without regard to case, underscores left alone.

/** A header as it is sent: name in its original spelling, and one value. */
export type HeaderLine = readonly [name: string, value: string]

/** An ordered, mutable list of header lines. */
export class HeaderList {
  #lines: HeaderLine[]

  constructor(lines: Iterable<HeaderLine> = []) {
    this.#lines = [...lines]
  }

  /** Reads the alternating names and values of node's `rawHeaders`. */
  static fromRaw(raw: readonly string[]): HeaderList {
    const lines: HeaderLine[] = []
    for (let i = 0; i + 1 < raw.length; i += 2) lines.push([raw[i] ?? '', raw[i + 1] ?? ''])
    return new HeaderList(lines)
  }

  get lines(): readonly HeaderLine[] {
    return this.#lines
  }

  /** The alternating names and values that node's `request` and `writeHead` take. */
  toRaw(): string[] {
    return this.#lines.flat()
  }

  values(name: string): string[] {
    const wanted = name.toLowerCase()
    return this.#lines.filter(([n]) => n.toLowerCase() === wanted).map(([, value]) => value)
  }

  first(name: string): string | undefined {
    return this.values(name)[0]
  }

  has(name: string): boolean {
    return this.first(name) !== undefined
  }

  remove(name: string): void {
    const wanted = name.toLowerCase()
    this.#lines = this.#lines.filter(([n]) => n.toLowerCase() !== wanted)
  }

  /** Replaces every line of that name; the first keeps its place. */
  set(name: string, value: string | readonly string[]): void {
    const values = typeof value === 'string' ? [value] : value
    const wanted = name.toLowerCase()
    const at = this.#lines.findIndex(([n]) => n.toLowerCase() === wanted)
    this.remove(name)
    const added = values.map((v): HeaderLine => [name, v])
    if (at < 0) this.#lines.push(...added)
    else this.#lines.splice(at, 0, ...added)
  }

  add(name: string, value: string): void {
    this.#lines.push([name, value])
  }

  copy(): HeaderList {
    return new HeaderList(this.#lines)
  }
}

/**
 * nginx's variable `http_<name>`: dashes and underscores are the same character there, and repeated lines are joined
 * with `, `. Kong's `kong.request.get_header` reads headers this way.
 */
export function nginxVariable(headers: HeaderList, name: string): string | undefined {
  const wanted = name.toLowerCase().replaceAll('-', '_')
  const found = headers.lines.filter(([n]) => n.toLowerCase().replaceAll('-', '_') === wanted)
  return found.length === 0 ? undefined : found.map(([, value]) => value).join(', ')
}

/** `ngx.req.get_headers(max)`: lower-case names, arrays for repeated ones, at most `max` lines (0: all). */
export function headerTable(headers: HeaderList, max: number): Map<string, string | string[]> {
  const table = new Map<string, string | string[]>()
  for (const [name, value] of max > 0 ? headers.lines.slice(0, max) : headers.lines) {
    const key = name.toLowerCase()
    const known = table.get(key)
    if (known === undefined) table.set(key, value)
    else if (typeof known === 'string') table.set(key, [known, value])
    else known.push(value)
  }
  return table
}
