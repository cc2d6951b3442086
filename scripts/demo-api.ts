// The demo backend: answers every request with what it received, so that one sees what the gateway adds.
import { createServer } from 'node:http'

const HOST = process.env.HOST ?? '127.0.0.1'
const port = Number(process.env.API_PORT ?? 3000)
const ABOUT =
  'The demo API, which answers with what it received. Apps call it through the gateway, which says who calls: npm run demo.'
const LONGEST_BODY_BYTES = 1024 * 1024

const server = createServer(async (request, response) => {
  let body = ''
  request.setEncoding('utf8')
  try {
    for await (const chunk of request) {
      if (body.length < LONGEST_BODY_BYTES) body += chunk
    }
  } catch {
    return // the client went away in the middle
  }
  const { method, url: path, headers } = request
  // Whoever opens it by itself wonders what it is; the gateway's calls bring their app along.
  const about = headers['x-consumer-username'] === undefined ? { about: ABOUT } : {}
  response.setHeader('content-type', 'application/json; charset=utf-8')
  response.end(`${JSON.stringify({ ...about, method, path, headers, ...(body === '' ? {} : { body }) }, null, 2)}\n`)
})

server.once('error', (error) => {
  console.error(`The demo API cannot listen on ${HOST}:${port}: ${error.message}. Choose another port: API_PORT=…`)
  process.exit(1)
})
server.listen(port, HOST, () => console.log(`demo API listens on http://${HOST}:${port}`))

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close()
    server.closeAllConnections()
  })
}
