// Signs and checks a password in a process that is given no thread; prints what came of it as JSON.
import { generateKeyPairSync } from 'node:crypto'
import { PASSWORD_WORK } from '../../../src/crypto/password-work.ts'
import { signature } from '../../../src/crypto/signing-work.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

function outcome(work: Promise<unknown>): Promise<unknown> {
  return work.catch((error: Error) => error.name)
}

const found = {
  signatures: await Promise.all(
    ['a', 'b', 'c'].map(async (input) => (await signature({ alg: 'ES256', privateKey, input })).length),
  ),
  byNoKey: await outcome(signature({ alg: 'ES256', privateKey: publicKey, input: 'a' })),
  password: await outcome(PASSWORD_WORK.hash('correct horse', 4)),
}
process.stdout.write(JSON.stringify(found))
