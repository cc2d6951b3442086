// The settings of mail: which servers there can be, and what only a machine of development may do.
import t from 'tap'
import { readConfig } from '../src/config.ts'
import { problemsOf, SOUND } from './support/config.ts'

const FROM = { MAIL_FROM: 'Example <no-reply@example.com>' }

function saysOf(env: Readonly<Record<string, string>>): string {
  return problemsOf({ ...SOUND, ...env }).join('\n')
}

t.test(
  'MAIL_URL: TLS from the start, or STARTTLS that is required but on this machine (RFC 8314, RFC 3207)',
  async (t) => {
    t.equal(readConfig(SOUND).mailUrl, undefined)
    const rows: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
      ['smtps://smtp.example.com', { host: 'smtp.example.com', port: 465, tls: 'from the start', user: undefined }],
      ['smtp://me%40x:p%3Aw@smtp.example.com', { port: 587, tls: 'required', user: 'me@x', password: 'p:w' }],
      ['smtp://relay.internal:25?requireTLS=false', { host: 'relay.internal', port: 25, tls: 'if offered' }],
      ['smtp://relay.internal:25?requireTLS=true', { tls: 'required' }],
      ['smtp://127.0.0.1:1025', { host: '127.0.0.1', port: 1025, tls: 'if offered' }],
      ['smtp://[::1]:1025/', { host: '::1', port: 1025, tls: 'if offered' }],
    ]
    for (const [MAIL_URL, expected] of rows)
      t.match(readConfig({ ...SOUND, ...FROM, MAIL_URL }).mailUrl, { kind: 'smtp', ...expected }, MAIL_URL)
    t.strictSame(readConfig({ ...SOUND, ...FROM }).mailFrom, { name: 'Example', address: 'no-reply@example.com' })
  },
)

t.test('a MAIL_URL that is none is refused without repeating its password', async (t) => {
  for (const MAIL_URL of [
    'smtp.example.com',
    'https://me:hunter2@smtp.example.com',
    'smtp://me:hunter2@smtp.example.com/folder',
    'smtp://me:hunter2@smtp.example.com?pool=true',
    'smtp://me:hunter2@smtp.example.com?requireTLS=false&logger=true',
    'smtp://me:hunter2@smtp.example.com?requireTLS=maybe',
    'smtp://me:hunter2@smtp.example.com?requireTLS=false&requireTLS=true',
    'smtp://me:hunter2%@smtp.example.com',
    'smtp://me:hunter2@smtp.example.com:99999',
    'smtp://',
  ]) {
    const problems = saysOf({ ...FROM, MAIL_URL })
    t.match(problems, /^MAIL_URL [^\n]+$/, MAIL_URL)
    t.notMatch(problems, /hunter2/)
  }
})

t.test('MAIL_FROM is one address, and is needed with a server', async (t) => {
  t.match(saysOf({ MAIL_URL: 'smtps://smtp.example.com' }), /^MAIL_FROM has to say who/)
  for (const MAIL_FROM of [
    'nobody',
    'a@b@c',
    'A <a@example.com>, B <b@example.com>',
    'a@example.com\nBcc: b@example.com',
  ])
    t.match(saysOf({ MAIL_URL: 'smtps://smtp.example.com', MAIL_FROM }), /^MAIL_FROM is an address like/, MAIL_FROM)
})

t.test('DEVELOPMENT is for this machine alone, and a folder for mails is for DEVELOPMENT alone', async (t) => {
  const kept = { MAIL_URL: 'file:///tmp/mail' }
  t.equal(readConfig(SOUND).development, false)
  t.match(readConfig({ ...SOUND, ...kept, DEVELOPMENT: '1' }).mailUrl, { kind: 'folder', folder: '/tmp/mail' })
  t.match(saysOf(kept), /^MAIL_URL is a folder, which is for DEVELOPMENT alone/)
  t.match(saysOf({ DEVELOPMENT: '1', ISSUER: 'https://login.example.com' }), /^DEVELOPMENT is for this machine alone/)
})
