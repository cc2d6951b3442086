// Whoever opens the gateway's own address in a browser is told what it is; every other address is answered as Kong does.
import { join } from 'node:path'
import { pino } from 'pino'
import t from 'tap'
import { startGateway } from '../../gateway/life/gateway.ts'

t.test('the sentence of --about stands at / alone, and a route there comes first', async (t) => {
  const nothing = '_format_version: "3.0"\n'
  const root = `${nothing}services:
- name: all
  url: http://127.0.0.1:9
  routes:
  - { name: all, paths: [/] }
`
  const folder = t.testdir({ 'nothing.yml': nothing, 'root.yml': root })
  const start = async (file: string, about?: string) => {
    const logger = pino({ level: 'silent' })
    const socketPath = join(folder, 'none.sock')
    const gateway = await startGateway({ config: join(folder, file), port: 0, socketPath, plugins: [], logger, about })
    t.teardown(gateway.close)
    return async (path: string) => {
      const answer = await fetch(gateway.url + path, { headers: { accept: 'text/html' } })
      return `${answer.status} ${await answer.text()}`
    }
  }
  const ABOUT = 'This is the gateway.'
  const told = await start('nothing.yml', ABOUT)
  t.match(await told('/'), new RegExp(`^404 [\\s\\S]*${ABOUT}`))
  t.match(await told('/elsewhere'), /^404 [\s\S]*no Route matched with those values/)
  t.match(await (await start('nothing.yml'))('/'), /no Route matched with those values/)
  t.notMatch(await (await start('root.yml', ABOUT))('/'), ABOUT)
})
