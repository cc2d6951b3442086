// An Android phone that vouches for keys, by a root of the test's own that the stack is told to believe.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { derOf, keyDescription, mint } from '../../../auth-server/test/support/attestation.ts'
import type { Attest, GuestDevice } from '../../demo/guest.ts'

export const ANDROID_APP = { androidPackage: 'com.example.demo', androidDigest: 'ab'.repeat(32) } as const

/** Makes the phone; stacks that start from now on believe its root. */
export async function androidPhone(t: Test) {
  const dates = { from: new Date(Date.now() - 1e9), until: new Date(Date.now() + 1e9) }
  const root = await mint(undefined, { name: 'Google', ...dates })
  const batch = await mint(root, { name: 'Batch', ...dates })
  const file = join(t.testdir(), 'root.pem')
  await writeFile(file, root.certificate.toString('pem'))
  // Which the auth server inherits.
  process.env.ANDROID_ATTESTATION_ROOTS = file
  t.teardown(() => {
    delete process.env.ANDROID_ATTESTATION_ROOTS
  })
  return ({ publicKey }: GuestDevice): Attest =>
    async (challenge) => {
      const { androidPackage: packageName, androidDigest: digest } = ANDROID_APP
      const extensions = [keyDescription({ challenge, packageName, digest })]
      const leaf = await mint(batch, { name: 'key', isCa: false, publicKey, extensions, ...dates })
      const attestation = [leaf, batch].map((one) => derOf(one).toString('base64')).join(',')
      return { attestation_type: 'android-key', attestation }
    }
}
