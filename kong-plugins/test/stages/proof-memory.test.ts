// Used proofs are remembered for as long as they count, in bounded memory, and a full memory refuses instead of forgetting.
import t from 'tap'
import { createLocalProofMemory, type UsedProof } from '../../src/stages/dpop/proof-memory.ts'

const START = 1_800_000_000
function proofOf(jti: number | string, issuedAt: number, thumbprint = 'k'): UsedProof {
  return {
    thumbprint,
    jti: String(jti),
    issuedAt,
  }
}

t.test('a proof counts once for as long as its time would be accepted, and is then forgotten', async (t) => {
  let now = START
  const memory = createLocalProofMemory(() => now)
  const windowSeconds = 60
  // Made by clocks that are slow, right and fast, down to fractions of a second.
  const proofs = [-60, -59.5, -0.1, 0, 9.99, 10, 60].map((ahead, index) => proofOf(index, START + ahead))
  for (const proof of proofs) t.strictSame(memory.use(proof, windowSeconds), { kind: 'first' })
  for (let second = 0; second <= 130; second += 1) {
    now = START + second
    for (const proof of proofs)
      if (Math.abs(now - proof.issuedAt) <= windowSeconds)
        t.strictSame(
          memory.use(proof, windowSeconds),
          { kind: 'repeated' },
          `${proof.issuedAt - START} after ${second} s`,
        )
  }
  now = START + 200
  memory.use(proofOf('later', now), windowSeconds)
  t.equal(memory.size, 1)
})

t.test('the longest of several windows holds', async (t) => {
  let now = START
  const memory = createLocalProofMemory(() => now)
  memory.use(proofOf('a', START), 300)
  memory.use(proofOf('b', START), 5)
  now = START + 250
  t.strictSame(memory.use(proofOf('a', START), 300), { kind: 'repeated' })
})

t.test('200,000 proofs over ten minutes leave no more than those of two windows', async (t) => {
  let now = START
  const memory = createLocalProofMemory(() => now)
  let most = 0
  for (let index = 0; index < 200_000; index += 1) {
    now = START + index / 333
    memory.use(proofOf(index, now), 60)
    most = Math.max(most, memory.size)
  }
  t.ok(most < 333 * 75, `${most} at most`)
})

t.test('when it is full nobody is let in twice, and room comes back with time', async (t) => {
  let now = START
  const memory = createLocalProofMemory(() => now, { maxProofs: 3 })
  for (const jti of [1, 2, 3]) t.strictSame(memory.use(proofOf(jti, now), 60), { kind: 'first' })
  t.match(memory.use(proofOf(4, now), 60), { kind: 'undecided', why: /too many/ })
  t.strictSame(memory.use(proofOf(1, now), 60), { kind: 'repeated' })
  now = START + 100
  t.strictSame(memory.use(proofOf(4, now), 60), { kind: 'first' })
})

t.test('another key may use the same jti', async (t) => {
  const memory = createLocalProofMemory(() => START)
  for (const thumbprint of ['a', 'b']) t.strictSame(memory.use(proofOf('c', START, thumbprint), 60), { kind: 'first' })
})
