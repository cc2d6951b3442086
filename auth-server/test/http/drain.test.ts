// A server that ends: it says so first, whoever is there is served, and nobody sees anything but a page.
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { PASSWORD_WORK } from '../../src/crypto/password-work.ts'
import { formsOf } from '../support/browser.ts'
import { authorizeUrl, pkcePair } from '../support/phone.ts'
import { ISSUER, testServer, USER } from '../support/server.ts'

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Whether it came on a connection that had served another request before. */
  readonly kept: boolean
}

/** A listening server, and visitors with a connection each. */
async function listening(t: Test) {
  const { app } = await testServer(t)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const [{ port } = { port: 0 }] = app.addresses() as AddressInfo[]
  function visitor() {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    t.teardown(() => agent.destroy())
    const cookies = new Map<string, string>()
    return async function ask(path: string, form?: Readonly<Record<string, string>>): Promise<Answer> {
      const asked = request({
        host: '127.0.0.1',
        port,
        path,
        agent,
        method: form ? 'POST' : 'GET',
        headers: {
          cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          ...(form && { 'content-type': 'application/x-www-form-urlencoded', origin: ISSUER }),
        },
      })
      asked.end(form && new URLSearchParams(form).toString())
      const [response]: IncomingMessage[] = await once(asked, 'response')
      if (!response) throw new Error('no answer')
      for (const cookie of response.headers['set-cookie'] ?? []) {
        const [name = '', value = ''] = (cookie.split(';', 1)[0] ?? '').split('=')
        cookies.set(name, value)
      }
      const body = await text(response)
      return { status: response.statusCode ?? 0, headers: response.headers, body, kept: asked.reusedSocket }
    }
  }
  return { app, visitor }
}

/** Passwords are compared when the test says so. */
function heldPasswords(t: Test) {
  const { compare } = PASSWORD_WORK
  const asked = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  PASSWORD_WORK.compare = (data, encrypted) => {
    asked.resolve()
    return released.promise.then(() => compare(data, encrypted))
  }
  t.teardown(() => {
    PASSWORD_WORK.compare = compare
  })
  return { asked: asked.promise, release: () => released.resolve() }
}

t.test(
  'SIGTERM while a password is checked: not ready at once, the login ends on its connection, then all is over',
  async (t) => {
    const { app, visitor } = await listening(t)
    const [person, idle, balancer] = [visitor(), visitor(), visitor()]
    let page = await person(authorizeUrl(pkcePair().challenge))
    while (page.status === 303) page = await person(page.headers.location ?? '')
    const { action = '', hidden = {} } = formsOf(page.body).find((form) => form.action.endsWith('/login')) ?? {}
    await idle('/health/live')
    const passwords = heldPasswords(t)
    const login = person(action, { ...hidden, ...USER })
    await passwords.asked

    const ended = app.drain.end({ graceSeconds: 2 })
    const probe = await balancer('/health/ready')
    t.match(probe, { status: 503, headers: { connection: 'close' } }, 'a new connection is still served')
    t.same(JSON.parse(probe.body), { status: 'shutting down' })
    const again = await idle('/health/live')
    t.match(again, { status: 200, kept: false }, 'an idle connection was closed')

    passwords.release()
    const signedIn = await login
    t.match(signedIn, { status: 303, headers: { connection: 'keep-alive' } })
    const next = await person(signedIn.headers.location ?? '')
    t.match(
      next,
      { status: 303, kept: true, headers: { connection: 'close' } },
      'what follows comes on the same connection',
    )
    t.notMatch(next.headers['content-type'], /json/)
    await ended
    await t.rejects(balancer('/health/ready'), { code: 'ECONNREFUSED' })
  },
)

t.test('whoever keeps a connection open is cut off at the deadline, not waited for', async (t) => {
  const { app, visitor } = await listening(t)
  const person = visitor()
  let page = await person(authorizeUrl(pkcePair().challenge))
  while (page.status === 303) page = await person(page.headers.location ?? '')
  const { action = '', hidden = {} } = formsOf(page.body).find((form) => form.action.endsWith('/login')) ?? {}
  const passwords = heldPasswords(t)
  const login = person(action, { ...hidden, ...USER })
  await passwords.asked
  const ended = app.drain.end({ graceSeconds: 0, deadlineSeconds: 1 })
  await t.rejects(login, { code: 'ECONNRESET' }, 'a check that takes longer than the deadline')
  passwords.release()
  await ended
})
