// Keeps mails as .eml files and tells the terminal of each, while somebody develops.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MailSender } from '../../config/mail.ts'
import { mailOptions } from './headers.ts'
import { readAddress } from './mailbox.ts'
import type { Mailer } from './mailer.ts'
import type { MailMessage } from './message.ts'

export function keepAsFiles(folder: string, from: MailSender, tell: (line: string) => void): Mailer {
  return {
    async send(message) {
      const { createTransport } = await import('nodemailer')
      const transport = createTransport({ streamTransport: true, buffer: true })
      const { message: bytes } = await transport.sendMail(mailOptions(message, from))
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const file = join(folder, `${new Date().toISOString().replaceAll(':', '-')}.${message.messageId.slice(1, 9)}.eml`)
      if (!Buffer.isBuffer(bytes)) throw new TypeError('the mail came as a stream')
      await writeFile(file, bytes, { mode: 0o600 })
      tell(announcement(message, file))
    },
    async forget(addresses) {
      const sought = addresses.map((address) => Buffer.from(readAddress(address)?.mailbox ?? address))
      const kept = await readdir(folder).catch(() => [])
      for (const file of kept.filter((name) => name.endsWith('.eml')).map((name) => join(folder, name))) {
        const mail = await readFile(file)
        if (sought.some((address) => mail.includes(address))) await rm(file, { force: true })
      }
    },
    async close() {},
  }
}

function announcement({ to, subject, proof }: MailMessage, file: string): string {
  return [
    `Mail to ${to}: ${subject}`,
    ...(proof === undefined ? [] : [`  link  ${proof.link}`]),
    ...(proof?.code === undefined ? [] : [`  code  ${proof.code}`]),
    `  kept  ${file}`,
  ].join('\n')
}
