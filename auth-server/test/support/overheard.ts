// Listens to everything that goes in and out of a server, and says what of it a log repeats: secrets, and what is known of people.
import { ServerResponse } from 'node:http'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { sql } from 'kysely'
import type { Test } from 'tap'
import type { Db } from '../../src/store/database.ts'

/** Fields that may be in a log: they name an app, an API, a step or a choice, and neither a person nor a secret. */
const PUBLIC = new Set([
  ...['client_id', 'grant_type', 'redirect_uri', 'scope', 'scopes', 'response_type', 'code_challenge_method', 'iss'],
  ...['token_type', 'token_type_hint', 'language', 'ui_locales', 'plan', 'kind', 'resource', 'api_id', 'provider'],
  ...['error', 'error_description', 'prompt', 'acr', 'subject_kind', 'type', 'status', 'title', 'detail', 'reason'],
  // A sub is a pseudonym in the log; the login and the thumbprint of a key are ids.
  ...['id', 'sub', 'device_id', 'grant_id', 'response_mode'],
])
/** Of answers: members that hold something secret. */
const SECRET = /token$|secret|^code$|password|challenge|link/
/** Shorter ones are in every text. */
const MIN_LENGTH = 5

export class Overheard {
  readonly #known = new Map<string, string>()

  note(what: string, value: unknown): void {
    if (typeof value === 'string' && value.length >= MIN_LENGTH) this.#known.set(value, what)
  }

  /** Every text in it whose name is not public; of an answer, those that are named as secrets. */
  leaves(what: string, value: unknown, isMeant: (name: string) => boolean = (name) => !PUBLIC.has(name)): void {
    if (typeof value !== 'object' || value === null) return
    for (const [name, leaf] of Object.entries(value)) {
      if (typeof leaf === 'object') this.leaves(`${what} ${name}`, leaf, isMeant)
      else if (isMeant(name)) this.note(`${what} ${name}`, leaf)
    }
  }

  query(what: string, text: string): void {
    this.leaves(what, Object.fromEntries(new URLSearchParams(text)))
  }

  /** What is told in these addresses: of a link in a mail what proves it, and every query. */
  address(what: string, url: string): void {
    const [path = '', query = ''] = url.split('?', 2)
    this.query(what, query)
    this.note(`${what} link`, /\/[\w-]{22}\.([\w-]{43})/.exec(path)?.[1])
  }

  /** Everything that is asked of the app from now on, and answered. */
  listen(app: FastifyInstance): void {
    const inject = app.inject.bind(app)
    Object.assign(app, {
      inject: async (options: string | InjectOptions) => {
        this.#request(typeof options === 'string' ? { url: options } : Object(options))
        const answer = await inject(options)
        this.#answer(answer)
        return answer
      },
    })
  }

  #request({ url = '', headers = {}, payload }: { url?: string; headers?: Record<string, string>; payload?: unknown }) {
    this.address('request', url)
    const { authorization = '', cookie = '', dpop } = headers
    this.note('Authorization', authorization.split(' ')[1])
    this.note('DPoP', dpop)
    for (const pair of cookie.split('; ')) this.note('cookie', pair.split('=')[1])
    if (typeof payload !== 'string') return
    if (payload.startsWith('{')) this.leaves('JSON', JSON.parse(payload))
    else this.query('form', payload)
  }

  #answer({ headers, cookies, body }: LightMyRequestResponse): void {
    this.address('Location', String(headers.location ?? ''))
    for (const { name, value } of cookies) this.note(`cookie ${name.slice(0, 30)}`, value)
    if (/json/.test(String(headers['content-type'])))
      this.leaves('answer', JSON.parse(body), (name) => SECRET.test(name) && !PUBLIC.has(name))
    for (const [, value] of body.matchAll(/name="csrf" value="([^"]+)"/g)) this.note('form token', value)
  }

  /** What other servers of this process answer, such as an identity provider: their tokens. */
  listenToOthers(t: Test): void {
    const { end } = ServerResponse.prototype
    const leaves = (body: string) => this.leaves('provider', JSON.parse(body), (name) => /token$/.test(name))
    ServerResponse.prototype.end = function (...args: unknown[]) {
      const body = String(args[0] ?? '')
      if (body.startsWith('{') && body.includes('_token')) leaves(body)
      return Reflect.apply(end, this, args)
    }
    t.teardown(() => {
      ServerResponse.prototype.end = end
    })
  }

  /** Who is in the database: addresses, names, and whatever else is told of them. */
  async people(db: Db): Promise<void> {
    const { rows } = await sql<{ what: string; value: string }>`
      select 'address' as what, address as value from email_addresses union select 'address', key from email_addresses
      union select 'name', name from people where name is not null
      union select 'name of a device', name from device_keys where name is not null
      union select 'pseudonym', pseudonym::text from people union select 'hash', hash from passwords`.execute(db)
    for (const { what, value } of rows) this.note(what, value)
    for (const { standard_claims } of await db.selectFrom('people').select('standard_claims').execute())
      this.leaves('claim', standard_claims, (name) => !['gender', 'zoneinfo', 'country'].includes(name))
  }

  /** What a log repeats, in any spelling: as it is, in an address, in JSON, in the bytes of a buffer. */
  repeatedIn(log: string): readonly string[] {
    return [...this.#known].flatMap(([value, what]) => {
      const bytes = [...Buffer.from(value)].join()
      const spellings = [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), bytes]
      // Codes are short: within another number they are none.
      const isIn = /^\d{5,8}$/.test(value)
        ? new RegExp(`(?<![\\w.-])${value}(?![\\w-])`).test(log)
        : spellings.some((text) => log.includes(text))
      return isIn ? [`${what}: ${value}`] : []
    })
  }

  get size(): number {
    return this.#known.size
  }

  /** The kinds of what was heard. */
  get kinds(): ReadonlySet<string> {
    return new Set(this.#known.values())
  }
}
