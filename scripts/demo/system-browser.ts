// The login in the system browser, as a desktop app does it: a listener on a free loopback port takes the redirect.
import { createServer } from 'node:http'
import open from 'open'

/** A listener that waits for the one redirect. */
export interface LoopbackRedirect {
  readonly redirectUri: string
  /** The whole redirect once it has come. */
  readonly received: Promise<string>
  close(): void
}

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Back to the demo</title><p style="font:1.2rem/1.5 system-ui;margin:2rem">Thank you. The demo goes on in the terminal; you can close this tab.`

/**
 * Listens on a port that the system chooses (RFC 8252 §7.3: any port of the registered loopback URI matches).
 * @param registered the registered redirect URI without a port, e.g. `http://127.0.0.1/callback`
 */
export async function listenForRedirect(registered: string): Promise<LoopbackRedirect> {
  const { hostname, pathname } = new URL(registered)
  const { promise: received, resolve } = Promise.withResolvers<string>()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    if (url.pathname !== pathname || !url.searchParams.has('state')) {
      response.writeHead(404).end() // a browser also asks for /favicon.ico
      return
    }
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', connection: 'close' }).end(PAGE)
    resolve(url.href)
  })
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(0, hostname, done)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { redirectUri: `http://${hostname}:${port}${pathname}`, received, close: () => server.close() }
}

/** Opens the system browser; false when there seems to be none (the person then opens the address). */
export async function openBrowser(url: string): Promise<boolean> {
  try {
    const child = await open(url)
    child.on('error', () => {})
    return true
  } catch {
    return false
  }
}
