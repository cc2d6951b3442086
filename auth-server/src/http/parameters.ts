// Form and query parameters, read strictly: what is malformed or ambiguous is reported, never guessed at.

const MAX_PARAMETERS = 100
/** Of one decoded value in UTF-8. Checked when it is read, so that an app whose address is sound can be told. */
export const MAX_VALUE_BYTES = 4096

/** Of the few that are longer: what a device sends to vouch for its key. */
const MAX_LONG_VALUE_BYTES = 24 * 1024

/** Thrown when parameters cannot be used; `message` is fit for `error_description`. */
export class ParameterError extends Error {
  override name = 'ParameterError'
}

/** Parameters of one request. Parsing never throws; reading does, so that each route answers in its own way. */
export class Parameters {
  readonly #values: ReadonlyMap<string, readonly string[]>
  /** The first thing wrong with the encoding, if any. */
  readonly problem: string | undefined

  private constructor(values: ReadonlyMap<string, readonly string[]>, problem: string | undefined) {
    this.#values = values
    this.problem = problem
  }

  /** Parses `application/x-www-form-urlencoded` text. */
  static parse(encoded: string): Parameters {
    const values = new Map<string, string[]>()
    return new Parameters(values, fill(values, encoded))
  }

  /** The parameters of a request target's query. */
  static ofUrl(url: string): Parameters {
    const start = url.indexOf('?')
    return Parameters.parse(start < 0 ? '' : url.slice(start + 1))
  }

  /** The one value of a parameter; an empty value counts as omitted (RFC 6749 §3.1). @throws {ParameterError} when repeated or too long. */
  get(name: string): string | undefined {
    return this.#one(name, MAX_VALUE_BYTES)
  }

  /** The same of a parameter that may be longer. */
  getLong(name: string): string | undefined {
    return this.#one(name, MAX_LONG_VALUE_BYTES)
  }

  #one(name: string, maxBytes: number): string | undefined {
    const values = this.#values.get(name) ?? []
    if (values.length > 1) throw new ParameterError(`${printable(name)} was sent more than once`)
    requireShort(name, values, maxBytes)
    return values[0] === '' ? undefined : values[0]
  }

  /** Every non-empty value of the one kind of parameter that may repeat (`resource`, RFC 8707 §2). */
  getAll(name: string): string[] {
    return (this.#values.get(name) ?? []).filter((value) => value !== '')
  }

  get size(): number {
    return this.#values.size
  }

  /**
   * For pages: what nobody reads does not count, and what is said names none of it, since anybody may have chosen the
   * names in a link to our page. @throws {ParameterError} when the encoding is broken.
   */
  requireReadable(): void {
    if (this.problem) throw new ParameterError(this.problem)
  }

  /** @throws {ParameterError} when the encoding is broken, a value too long, or anything but `repeatable` was sent twice. */
  requireSound(repeatable: ReadonlySet<string> = new Set(), long: ReadonlySet<string> = new Set()): void {
    this.requireReadable()
    for (const [name, values] of this.#values) {
      if (values.length > 1 && !repeatable.has(name))
        throw new ParameterError(`${printable(name)} was sent more than once`)
      requireShort(name, values, long.has(name) ? MAX_LONG_VALUE_BYTES : MAX_VALUE_BYTES)
    }
  }

  /** For what others post: nothing twice; how long it may be, the body's limit says. @throws {ParameterError} */
  requireSingle(): void {
    this.requireReadable()
    for (const [name, { length }] of this.#values)
      if (length > 1) throw new ParameterError(`${printable(name)} was sent more than once`)
  }

  /** The same parameters without some. */
  without(names: ReadonlySet<string>): Parameters {
    return new Parameters(new Map([...this.#values].filter(([name]) => !names.has(name))), this.problem)
  }

  /** The same parameters with this one value for a name. */
  with(name: string, value: string): Parameters {
    return new Parameters(new Map([...this.#values, [name, [value]]]), this.problem)
  }

  /** The parameters in `application/x-www-form-urlencoded`, which `parse` reads back. */
  toString(): string {
    const pairs = [...this.#values].flatMap(([name, values]) => values.map((value) => [name, value]))
    return new URLSearchParams(pairs).toString()
  }

  /** The same parameters with those of `other` added (a repeat stays a repeat). */
  merge(other: Parameters): Parameters {
    const merged = new Map(this.#values)
    for (const [name, values] of other.#values) merged.set(name, [...(merged.get(name) ?? []), ...values])
    return new Parameters(merged, this.problem ?? other.problem)
  }
}

function fill(values: Map<string, string[]>, encoded: string): string | undefined {
  const pairs = encoded.split('&').filter((pair) => pair !== '')
  if (pairs.length > MAX_PARAMETERS) return 'too many parameters'
  for (const pair of pairs) {
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals))
    const value = decode(equals < 0 ? '' : pair.slice(equals + 1))
    if (name === undefined || value === undefined) return 'a parameter is not valid percent-encoded UTF-8'
    if (name.includes('\0') || value.includes('\0')) return 'a parameter contains a NUL character'
    // No object is ever made of parameters here, but none has an honest reason to be called so.
    if (name === '__proto__') return 'a parameter is called __proto__'
    if (name.length > 128) return "a parameter's name is too long"
    const known = values.get(name)
    if (known) known.push(value)
    else values.set(name, [value])
  }
  return undefined
}

/** Whether a decoded value is within the limit. */
export function isShort(value: string): boolean {
  return Buffer.byteLength(value) <= MAX_VALUE_BYTES
}

function requireShort(name: string, values: readonly string[], maxBytes: number): void {
  if (values.some((value) => Buffer.byteLength(value) > maxBytes))
    throw new ParameterError(`${printable(name)} is too long: ${maxBytes} bytes is the limit`)
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

// Names come from the wire and go into an error_description, which is narrow ASCII (RFC 6749 §5.2).
function printable(name: string): string {
  return name.replace(/[^\w.-]/g, '?').slice(0, 40)
}
