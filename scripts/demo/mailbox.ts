// The mails of a stack that was started here: files in its data folder, of which the demo reads the code.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const PATIENCE_MILLIS = 30_000
const PAUSE_MILLIS = 250

/**
 * Waits for the mail to an address and returns the six digits in it.
 * @throws {Error} when none comes, as where MAIL_URL names a real mail server
 */
export async function readMailedCode(dataDir: string, address: string): Promise<string> {
  const folder = join(dataDir, 'mail')
  for (const deadline = Date.now() + PATIENCE_MILLIS; Date.now() < deadline; await sleep(PAUSE_MILLIS)) {
    const files = await readdir(folder).catch(() => [])
    for (const file of files.toSorted().reverse()) {
      const mail = await readFile(join(folder, file), 'utf8')
      const code = /^(\d{6})\r?$/m.exec(mail)?.[1]
      if (code !== undefined && mail.includes(address)) return code
    }
  }
  throw new Error(`no mail to ${address} came into ${folder}; with MAIL_URL set, it went to that server`)
}
