// The backend of a benchmark: answers every request with the same few bytes, so that it is never what is measured.
import { createServer } from 'node:net'
import { parseArgs } from 'node:util'

const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nok\n')
const END_OF_HEAD = '\r\n\r\n'

const { values } = parseArgs({ options: { port: { type: 'string' } } })

// Requests are GETs without a body and, as gateways send them, one at a time on each connection: the end of the head is the
// end of the request. A head may arrive in pieces.
const server = createServer({ noDelay: true }, (socket) => {
  let tail = ''
  socket.on('data', (chunk) => {
    const text = tail + chunk.toString('latin1')
    const complete = text.endsWith(END_OF_HEAD)
    tail = complete ? '' : text.slice(-END_OF_HEAD.length)
    if (complete) socket.write(ANSWER)
  })
  socket.on('error', () => {})
})
server.listen({ host: '127.0.0.1', port: Number(values.port), backlog: 1024 })

process.once('SIGTERM', () => process.exit(0))
