// The link and the code in a mail belong to one id and one key.
import t from 'tap'
import { mailCode, mailToken, readMailToken } from '../../src/crypto/mail-proof.ts'
import { randomSecret } from '../../src/crypto/random.ts'

const KEY = 'a key'
const ID = randomSecret(16)

t.test('a token names its id to whoever has the key, and no other text does', async (t) => {
  const token = mailToken(KEY, ID)
  t.equal(readMailToken([KEY], token), ID)
  const other = randomSecret(16)
  for (const text of ['', ID, `${ID}.`, token.replace(ID, other), `${token}A`, token.slice(0, -1), ` ${token}`])
    t.equal(readMailToken([KEY], text), undefined, text)
  t.equal(readMailToken(['another key'], token), undefined)
  t.equal(readMailToken(['another key', KEY], token), ID, 'also one that another takes over from')
})

t.test('a code is six digits, the same each time, and says nothing about the token', async (t) => {
  const codes = Array.from({ length: 1000 }, () => mailCode(KEY, randomSecret(16)))
  t.ok(codes.every((code) => /^\d{6}$/.test(code)))
  t.ok(new Set(codes).size > 990)
  t.ok(codes.some((code) => code.startsWith('0')))
  t.equal(mailCode(KEY, ID), mailCode(KEY, ID))
  t.not(mailCode(KEY, ID), mailCode('another key', ID))
})
