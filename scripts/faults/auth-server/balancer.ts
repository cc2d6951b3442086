// What stands before several instances in production: gives each request to one that says it is ready, in turn.
import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { answersHttp } from '../../stack/readiness.ts'

const LOOKS_EVERY_MILLIS = 100

/** A balancer that listens. */
export interface Balancer {
  close(): void
}

/** @param port of the balancer @param instances their ports */
export async function startBalancer(port: number, instances: readonly number[]): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true })
  let ready = [...instances]
  let turn = 0
  const looks = setInterval(async () => {
    const answers = await Promise.all(
      instances.map((each) => answersHttp(`http://127.0.0.1:${each}/health/ready`, { onlyOk: true })),
    )
    ready = instances.filter((_each, index) => answers[index])
  }, LOOKS_EVERY_MILLIS)

  /** Hands on; whoever takes no connection has not seen the request, so that the next one may. */
  function pass(incoming: IncomingMessage, outgoing: ServerResponse, body: Buffer, tries: number): void {
    turn += 1
    const to = ready[turn % Math.max(1, ready.length)]
    if (to === undefined || tries === 0) return void outgoing.writeHead(502).end()
    const { method, url, headers } = incoming
    const sent = request({ agent, host: '127.0.0.1', port: to, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    sent.on('error', (error) => {
      const unseen = sent.reusedSocket || ('code' in error && error.code === 'ECONNREFUSED')
      if (outgoing.headersSent || !unseen) outgoing.destroy()
      else pass(incoming, outgoing, body, tries - 1)
    })
    sent.end(body)
  }

  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => pass(incoming, outgoing, Buffer.concat(chunks), 3))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    close() {
      clearInterval(looks)
      agent.destroy()
      server.closeAllConnections()
      server.close()
    },
  }
}
