// A sound proof is worth nothing until its caller has decided on its time, nonce, token, key and first use; the compiler insists.
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import t from 'tap'
import { checkProof } from '../src/dpop-proof.ts'
import type { ProofClaims, ProofDecision, ProofJudges, UnjudgedProof } from '../src/judged-proof.ts'

const ADDRESS = 'https://api.example/a%7Eb'
const CLAIMS = { jti: 'one', htm: 'GET', htu: ADDRESS, iat: 1_800_000_000, nonce: 'n', ath: 'a' }

interface Refused {
  readonly because: string
}
type Judges = ProofJudges<Refused>

async function soundProof(claims: Readonly<Record<string, unknown>> = {}) {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  const header = await new SignJWT({ ...CLAIMS, ...claims })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
    .sign(privateKey)
  return { header, thumbprint: await calculateJwkThumbprint(jwk) }
}
async function unjudgedProof() {
  const { header, thumbprint } = await soundProof()
  const proof = await checkProof(header, { method: 'GET', addresses: [ADDRESS] })
  if (proof.kind === 'unsound') throw new Error(proof.why)
  return { proof, thumbprint }
}

function pass(): ProofDecision<Refused> {
  return 'passed'
}
const LENIENT: Judges = { ath: 'not demanded', key: 'not demanded', nonce: 'not demanded', time: pass, once: pass }

t.test('a sound proof tells nothing of itself before it is judged', async (t) => {
  const { proof } = await unjudgedProof()
  t.strictSame(JSON.parse(JSON.stringify(proof)), { kind: 'unjudged' })
})

t.test('who has decided on everything learns whose key it was', async (t) => {
  const { proof, thumbprint } = await unjudgedProof()
  const judged = await proof.judge(LENIENT)
  t.equal(judged.kind === 'accepted' && judged.thumbprint, thumbprint)
})

t.test(
  'each decision sees all that the proof says, in one order, and the first refusal is the last question',
  async (t) => {
    const { proof, thumbprint } = await unjudgedProof()
    const names = ['ath', 'time', 'key', 'nonce', 'once'] as const
    for (const [index, refusing] of names.entries()) {
      const asked: (readonly [string, ProofClaims])[] = []
      const decide = (name: string) => async (claims: ProofClaims) => {
        asked.push([name, claims])
        return name === refusing ? { because: name } : 'passed'
      }
      const judged = await proof.judge<Refused>({
        once: decide('once'),
        nonce: decide('nonce'),
        key: decide('key'),
        time: decide('time'),
        ath: decide('ath'),
      })
      t.strictSame(judged, { kind: 'refused', refusal: { because: refusing } })
      const claims = { thumbprint, jti: 'one', issuedAt: 1_800_000_000, nonce: 'n', ath: 'a' }
      t.strictSame(
        asked,
        names.slice(0, index + 1).map((name) => [name, claims]),
      )
    }
  },
)

t.test('one step may settle time and first use together', async (t) => {
  const { proof } = await unjudgedProof()
  const judged = await proof.judge<Refused>({
    ...{ ath: 'not demanded', key: 'not demanded', nonce: 'not demanded' },
    time: 'judged with once',
    once: async () => ({ because: 'late' }),
  })
  t.strictSame(judged, { kind: 'refused', refusal: { because: 'late' } })
})

t.test('what is forgotten does not compile, and accepts nothing where nobody compiles', async (t) => {
  const { proof } = await unjudgedProof()
  const { ath, key, nonce } = LENIENT
  const rows: readonly (readonly [forgotten: string, judge: () => Promise<unknown>])[] = [
    // @ts-expect-error: no time
    ['time', () => proof.judge<Refused>({ ath, key, nonce, once: pass })],
    // @ts-expect-error: no first use
    ['once', () => proof.judge<Refused>({ ath, key, nonce, time: pass })],
    // @ts-expect-error: no nonce
    ['nonce', () => proof.judge<Refused>({ ath, key, time: pass, once: pass })],
    // @ts-expect-error: no ath
    ['ath', () => proof.judge<Refused>({ key, nonce, time: pass, once: pass })],
    // @ts-expect-error: no key
    ['key', () => proof.judge<Refused>({ ath, nonce, time: pass, once: pass })],
    // @ts-expect-error: undefined is no decision
    ['a decision', () => proof.judge<Refused>({ ...LENIENT, nonce: undefined })],
    // @ts-expect-error: a word of one's own is none either
    ['the words', () => proof.judge<Refused>({ ...LENIENT, nonce: 'whatever' })],
  ]
  for (const [forgotten, judge] of rows) await t.rejects(judge(), TypeError, forgotten)
})

t.test('neither the time nor an accepted proof can be made up', async (t) => {
  const { proof } = await unjudgedProof()
  // @ts-expect-error: the time is always demanded (RFC 9449 §4.3 no. 11)
  const timeless: Judges = { ...LENIENT, time: 'not demanded' }
  // @ts-expect-error: nobody judges the time then
  const nobody: Judges = { ...LENIENT, time: 'judged with once', once: 'not demanded' }
  // @ts-expect-error: a judge that decides nothing
  const absent: Judges = { ...LENIENT, once: () => {} }
  // @ts-expect-error: the thumbprint is the accepted proof's alone
  const peek = (unjudged: UnjudgedProof): string => unjudged.thumbprint
  t.equal(peek(proof), undefined)
  type Accepted = Extract<Awaited<ReturnType<typeof proof.judge<Refused>>>, { kind: 'accepted' }>
  // @ts-expect-error: only a judgement makes one
  const made: Accepted = { kind: 'accepted', thumbprint: 'x' }
  t.strictSame([timeless.time, nobody.once, typeof absent.once, made.kind].length, 4)
})

t.test('§4.3 no. 9: the address in whatever spelling, on either side', async (t) => {
  const rows: readonly (readonly [htu: string, address: string, same: boolean])[] = [
    ['https://api.example/a~b', 'https://api.example/a%7Eb', true],
    ['https://api.example/a%7eb?q#f', 'https://api.example/a~b', true],
    ['HTTPS://API.example:443/a~b', 'https://api.example/a~b', true],
    ['https://api.example/x/../a~b', 'https://api.example/a~b', true],
    ['https://api.example/%c3%a4', 'https://api.example/%C3%A4', true],
    ['https://api.example/ä', 'https://api.example/%C3%A4', true],
    ['https://api.example', 'https://api.example/', true],
    ['https://api.example/a%2Fb', 'https://api.example/a/b', false],
    ['https://api.example/a~b/', 'https://api.example/a~b', false],
    ['https://api.example/A~b', 'https://api.example/a~b', false],
    ['http://api.example/a~b', 'https://api.example/a~b', false],
    ['https://user@api.example/a~b', 'https://api.example/a~b', false],
    ['/a~b', 'https://api.example/a~b', false],
    // What routes a request takes these as they stand.
    ['https://api.example/admin', 'https://api.example/orders\\..\\admin', false],
    ['https://api.example/orders\\..\\admin', 'https://api.example/admin', false],
    ['https://api.example/ad\tmin', 'https://api.example/admin', false],
    ['https://api.example/a~b', 'https://api.example/a~b?q=a\\b', true],
    ['', '', false],
  ]
  for (const [htu, address, same] of rows) {
    const { header } = await soundProof({ htu })
    const answer = await checkProof(header, { method: 'GET', addresses: ['https://other.example/', address] })
    t.equal(answer.kind, same ? 'unjudged' : 'unsound', `${htu} at ${address}`)
  }
})
