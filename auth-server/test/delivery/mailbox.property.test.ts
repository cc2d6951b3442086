// Key and mailbox of an address: of each code point there is, in each place of an address, the two mean the same.
import t from 'tap'
import { readAddress } from '../../src/delivery/mail/mailbox.ts'

const HOSTS: readonly ((c: string) => string)[] = [
  (c) => `a${c}b.example`,
  (c) => `${c}-x.example`,
  (c) => `A${c}-B.example`,
  (c) => `a${c}.example`,
  (c) => `A${c}.example`,
  (c) => `x.${c}com`,
  (c) => `x.co${c}`,
]
const LOCALS: readonly ((c: string) => string)[] = [(c) => c, (c) => `a${c}b`, (c) => `A${c}`, (c) => `A${c}.b`]

/** Those that case, width or a mark could change, and all of ASCII. */
function* codePoints(): Generator<string> {
  for (let point = 0; point < 0x110000; point++) {
    const c = String.fromCodePoint(point)
    const forms = [c.toLowerCase(), c.toUpperCase(), c.normalize('NFKC')]
    if (point < 0x80 || forms.some((form) => form !== c) || /[\p{M}\p{Cf}]/u.test(c)) yield c
  }
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length
}

/** What is wrong with how an address was read. */
function faultOf(text: string): string | undefined {
  const read = readAddress(text)
  if (read === undefined) return undefined
  const { key, mailbox } = read
  if (readAddress(key)?.key !== key) return `the key ${key} is not its own`
  if (mailbox === undefined) return undefined
  if (mailbox.slice(mailbox.lastIndexOf('@')) !== key.slice(key.lastIndexOf('@')))
    return `${key} but mail to ${mailbox}`
  if (readAddress(mailbox)?.key !== key || readAddress(mailbox)?.mailbox !== mailbox) return `${mailbox} is not itself`
  return isAscii(key) && !isAscii(mailbox) ? `${key} of others, mail to ${mailbox}` : undefined
}

t.test('no code point makes the key of one mailbox and a mail to another', async (t) => {
  const faults: string[] = []
  for (const c of codePoints())
    for (const text of [...HOSTS.map((host) => `v@${host(c)}`), ...LOCALS.map((local) => `${local(c)}@x.example`)]) {
      const fault = faultOf(text)
      if (fault !== undefined) faults.push(`${text}: ${fault}`)
    }
  t.strictSame(faults, [])
})

t.test('nor do two of them beside each other', async (t) => {
  const odd = [
    'Σ',
    'ς',
    'σ',
    'Ϲ',
    '𝚺',
    'ß',
    'ẞ',
    'İ',
    'ı',
    'K',
    'Å',
    'Å',
    'ſ',
    'ﬀ',
    'ŉ',
    '\u0307',
    '\u0345',
    '\u200d',
    '．',
    '·',
    "'",
    '。',
    '＠',
  ]
  const faults: string[] = []
  for (const first of odd)
    for (const second of odd)
      for (const c of [first + second, `${first}-${second}`, `${first}.${second}`, `A${first}${second}`])
        for (const text of [`v@${c}.example`, `v@x.${c}`, `${c}@x.example`]) {
          const fault = faultOf(text)
          if (fault !== undefined) faults.push(`${text}: ${fault}`)
        }
  t.strictSame(faults, [])
})
