// Classes of sign-in: by which methods each is reached, what is as good as what, and what an app hears (OpenID Connect Core §2).
import t from 'tap'
import {
  ACR_VALUES,
  acrFor,
  authenticatedBy,
  hasTwoFactors,
  isAsGood,
  isInReach,
  type Method,
  MFA_ACR,
  PASSKEY_ACR,
  PASSWORD_ACR,
} from '../../src/identity/acr.ts'

t.test('the class and the methods are those that were used, and two factors are called so (RFC 8176 §2)', async (t) => {
  const rows: readonly (readonly [readonly Method[], string, readonly Method[]])[] = [
    [['pwd'], PASSWORD_ACR, ['pwd']],
    [['otp', 'pwd'], MFA_ACR, ['pwd', 'otp', 'mfa']],
    [['pwd', 'pop'], MFA_ACR, ['pwd', 'pop', 'mfa']],
    [['pwd', 'pop', 'user'], PASSKEY_ACR, ['pwd', 'pop', 'user', 'mfa']],
    [['user', 'pop'], PASSKEY_ACR, ['pop', 'user', 'mfa']],
    // What proves one factor, or claims to be two by itself, is none of the stronger classes.
    [['otp'], PASSWORD_ACR, ['otp']],
    [['pop'], PASSWORD_ACR, ['pop']],
    [['pwd', 'user'], PASSWORD_ACR, ['pwd', 'user']],
    [['pwd', 'mfa'], PASSWORD_ACR, ['pwd']],
    [['mca', 'pwd'], PASSWORD_ACR, ['pwd', 'mca']],
    [['pwd', 'mca', 'otp'], MFA_ACR, ['pwd', 'mca', 'otp', 'mfa']],
  ]
  for (const [methods, acr, amr] of rows) t.strictSame(authenticatedBy(methods), { acr, amr }, methods.join(' '))
})

t.test('a class is as good as itself and all weaker ones; an unknown one is as good as none', async (t) => {
  ACR_VALUES.forEach((acr, strength) => {
    ACR_VALUES.forEach((wanted, needed) => {
      t.equal(isAsGood(acr, wanted), strength >= needed, `${acr} for ${wanted}`)
    })
    t.notOk(isAsGood(acr, 'urn:example:gold'))
    t.notOk(isAsGood('urn:example:gold', acr))
  })
  t.strictSame(
    ACR_VALUES.map((acr) => hasTwoFactors({ acr })),
    [false, true, true],
  )
})

t.test('what a person can reach goes by the factors that they have set up', async (t) => {
  const reach = (factors: readonly string[]) => ACR_VALUES.filter((acr) => isInReach(acr, factors))
  t.strictSame(reach([]), [PASSWORD_ACR])
  t.strictSame(reach(['totp']), [PASSWORD_ACR, MFA_ACR])
  t.strictSame(reach(['passkey']), [PASSWORD_ACR, MFA_ACR, PASSKEY_ACR])
  t.notOk(isInReach('urn:example:gold', ['totp', 'passkey']))
})

t.test('an app hears the class of the sign-in, or one that it asked for and that is no better', async (t) => {
  const passkey = { acr: PASSKEY_ACR }
  t.equal(acrFor(passkey, []), PASSKEY_ACR)
  t.equal(acrFor(passkey, [MFA_ACR]), MFA_ACR)
  t.equal(acrFor(passkey, [MFA_ACR, PASSKEY_ACR]), PASSKEY_ACR)
  t.equal(acrFor(passkey, [PASSWORD_ACR, MFA_ACR]), PASSWORD_ACR, 'by its order of preference')
  t.equal(acrFor({ acr: PASSWORD_ACR }, [MFA_ACR]), PASSWORD_ACR, 'never more than was done')
})
