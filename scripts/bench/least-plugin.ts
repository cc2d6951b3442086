// The floor of the gateway's benchmark: our plugin server with a plugin that does the least of use: it reads a header and sets one.
import type { Plugin } from '@mobile-api-gateway/kong-plugins/plugins.ts'
import { dump } from '@mobile-api-gateway/kong-plugins/server/dump.ts'
import { createKongServer } from '@mobile-api-gateway/kong-plugins/server/kong-server.ts'
import { listen } from '@mobile-api-gateway/kong-plugins/server/listener.ts'
import { createServices } from '@mobile-api-gateway/kong-plugins/services.ts'
import { runCommand } from '@mobile-api-gateway/sdk/command-line.ts'
import { pino } from 'pino'
import { LEAST_PLUGIN } from './routes.ts'

const USAGE = `Usage: node scripts/bench/least-plugin.ts --socket PATH | --dump
`

const REFUSED = { status: 401, body: { message: 'Unauthorized' }, headers: {}, reason: 'no token' }

const PLUGIN: Plugin = {
  name: LEAST_PLUGIN,
  priority: 1000,
  schema: { type: 'record', fields: [] },
  prepare: () => async (kong) => {
    const authorization = await kong.request.getHeader('authorization')
    if (authorization === undefined) return { kind: 'deny', denial: REFUSED }
    return { kind: 'pass', requestHeaders: { 'X-Mobile-Gateway': 'passed' } }
  },
}

const OPTIONS = { socket: { type: 'string' }, dump: { type: 'boolean', default: false } } as const

await runCommand({ usage: USAGE, options: OPTIONS }, async ({ values: { socket } }) => {
  if (socket === undefined) {
    process.stdout.write(JSON.stringify(dump([PLUGIN])))
    return 0
  }
  const services = createServices(pino({ level: 'warn' }), { tellsRequests: false })
  const listener = await listen(socket, createKongServer([PLUGIN], services), services)
  process.on('SIGTERM', () => void listener.close().then(() => process.exit(0)))
  return 0
})
