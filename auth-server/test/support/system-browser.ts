// The system's browser as desktop apps start it, by `xdg-open` or `open` on PATH: here it only says what it should open.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import { listen } from './site.ts'

/** Takes the browser's place until the test ends. `opened` waits for the address to open; call it once for each. */
export async function systemBrowser(t: Test): Promise<Readonly<{ opened: () => Promise<string> }>> {
  let told = Promise.withResolvers<string>()
  const server = createServer(async (request, response) => {
    told.resolve(await text(request))
    response.end()
  })
  const folder = await mkdtemp(join(tmpdir(), 'system-browser-'))
  const report = `http://127.0.0.1:${await listen(t, server)}`
  const program = `#!/usr/bin/env node\nfetch('${report}', { method: 'POST', body: process.argv[2] })\n`
  for (const name of ['xdg-open', 'open']) await writeFile(join(folder, name), program, { mode: 0o755 })
  const { PATH } = process.env
  process.env.PATH = [folder, dirname(process.execPath)].join(delimiter)
  t.teardown(async () => {
    process.env.PATH = PATH
    await rm(folder, { recursive: true })
  })
  const opened = async (): Promise<string> => {
    const address = await told.promise
    told = Promise.withResolvers()
    return address
  }
  return { opened }
}
