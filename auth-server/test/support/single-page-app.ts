// A single-page app on https that uses oidc-client-ts as it is published; whatever address is asked for, the same page comes.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { UserManagerSettings } from 'oidc-client-ts'
import type { Test } from 'tap'
import { selfSigned } from './self-signed.ts'
import { listen } from './site.ts'

const LIBRARY = new URL('../browser/oidc-client-ts.min.js', import.meta.resolve('oidc-client-ts'))

/** Its script leaves two globals: the library as `oidc`, and `manager`, a UserManager with the app's settings. */
function page(settings: UserManagerSettings, dpop: boolean): string {
  return `<!doctype html>
<html lang="en">
<title>A single-page app</title>
<link rel="icon" href="data:,">
<script src="/oidc-client-ts.js"></script>
<script>
  const manager = new oidc.UserManager({
    ...${JSON.stringify(settings)},
    ${dpop ? 'dpop: { store: new oidc.IndexedDbDPoPStore(), bind_authorization_code: true },' : ''}
  })
  if (window !== parent) void manager.signinSilentCallback()
</script>
<p>Ready.`
}

export interface SinglePageApp {
  readonly settings: UserManagerSettings
  readonly dpop?: boolean
}

/** Serves the apps, each at the host that it is listed under. Returns the port of each host, as `launchChromium` takes them. */
export async function singlePageApps(
  t: Test,
  apps: Readonly<Record<string, SinglePageApp>>,
): Promise<Record<string, number>> {
  const library = await readFile(LIBRARY)
  const server = createServer(selfSigned('single-page-app.example.com'), (request, response) => {
    if (request.url === '/oidc-client-ts.js') return response.setHeader('content-type', 'text/javascript').end(library)
    const app = apps[request.headers.host ?? '']
    if (!app) return response.writeHead(404).end()
    return response.setHeader('content-type', 'text/html').end(page(app.settings, app.dpop ?? false))
  })
  const port = await listen(t, server)
  return Object.fromEntries(Object.keys(apps).map((host) => [host, port]))
}
