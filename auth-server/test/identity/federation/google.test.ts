// For which addresses Google is the authority: those of Gmail, and of the Workspace that the account belongs to.
import t from 'tap'
import { isAuthorityFor } from '../../../src/identity/federation/google.ts'

for (const [email, hd, expected] of [
  ['ada@gmail.com', undefined, true],
  ['Ada@GMAIL.com', undefined, true],
  ['ada@corp.example', 'corp.example', true],
  ['ada@corp.example', 'other.example', false],
  ['ada@corp.example', undefined, false],
  ['ada@corp.example', true, false],
  ['ada@gmail.com.evil.example', undefined, false],
  [undefined, undefined, false],
] as const)
  t.test(`${email}, hd ${hd}: ${expected}`, async (t) => {
    const claims = hd === undefined ? {} : { hd }
    t.equal(isAuthorityFor({ ...(email !== undefined && { email }), claims }), expected)
  })
