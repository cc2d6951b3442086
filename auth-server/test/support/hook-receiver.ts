// A server that hooks call: a real HTTP server on loopback, which verifies each call by the library of Standard Webhooks.

import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import type { Test } from 'tap'
import { listen } from './site.ts'

export const HOOK_SECRET = `whsec_${Buffer.alloc(24, 1).toString('base64')}`

export interface HeardHook {
  readonly id: string
  readonly event: string
  readonly body: Readonly<Record<string, unknown>>
}
/** How a receiver answers: a body for 200, or whatever it likes. */
export type HookReply = object | ((response: ServerResponse, heard: HeardHook) => void)

/** Starts one. `answers` says what it answers from now on. */
export async function hookReceiver(t: Test, first: HookReply = { verdict: 'allow' }) {
  const heard: HeardHook[] = []
  let reply = first
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const one = (name: string) => String(request.headers[name])
    const signed = { 'webhook-id': one('webhook-id'), 'webhook-timestamp': one('webhook-timestamp') }
    new Webhook(HOOK_SECRET).verify(text, { ...signed, 'webhook-signature': one('webhook-signature') })
    const body: HeardHook['body'] = JSON.parse(text)
    const hook = { id: one('webhook-id'), event: String(body.event), body }
    heard.push(hook)
    if (typeof reply === 'function') reply(response, hook)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply))
  }
  const server = createServer((request, response) => {
    take(request, response).catch(() => response.writeHead(401).end())
  })
  const url = `http://127.0.0.1:${await listen(t, server)}/hooks`
  t.teardown(() => server.closeAllConnections())
  return {
    url,
    heard,
    answers(next: HookReply): void {
      reply = next
    },
  }
}

/** The environment of a server with this hook, and with these identity providers. */
export async function hookEnvironment(
  t: Test,
  hook: Readonly<{ url: string; events: readonly string[] }> & Readonly<Record<string, unknown>>,
  providers: Readonly<Record<string, object>> = {},
): Promise<Record<string, string>> {
  const file = join(t.testdir(), 'catalogue.yml')
  await writeFile(file, JSON.stringify({ hooks: { crm: { secret_variable: 'HOOK_SECRET', ...hook } }, providers }))
  return { CATALOGUE_FILE: file, HOOK_SECRET }
}
