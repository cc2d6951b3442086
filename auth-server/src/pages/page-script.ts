// The scripts that pages can bring: files of our own in assets/, each known by the hash of what is in it.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A file in assets/. Only this file makes one, so that no page can name a script that is not served. */
export class PageScript {
  /** Where it is served; with the next version it is another address. */
  readonly path: string
  readonly #text: string

  private constructor(name: string) {
    this.#text = readFileSync(join(import.meta.dirname, 'assets', `${name}.js`), 'utf8')
    const hash = createHash('sha256').update(this.#text).digest('base64url').slice(0, 16)
    this.path = `/assets/${name}-${hash}.js`
  }

  get text(): string {
    return this.#text
  }

  /** Every script there is, by its name; a new one is a file in assets/ and a row here. */
  static readonly all = {
    passkeys: new PageScript('passkeys'),
    copy: new PageScript('copy'),
    try: new PageScript('try'),
  } as const
}
