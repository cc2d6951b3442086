// Chromium's virtual authenticator: a phone's own passkeys without a finger, by the DevTools protocol (domain WebAuthn).
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { CDPSession, Page } from 'playwright-core'

/** What the person with the phone does when it asks who they are. */
export interface PersonAtPhone {
  /** Shows who they are, by finger, face or code. */
  readonly verifies: boolean
}

export interface VirtualAuthenticator {
  /** How many passkeys it has. */
  count(): Promise<number>
  /** From now on the person shows who they are, or does not. */
  verifies(does: boolean): Promise<void>
  /** From now on the person answers at once what the phone asks, or leaves it lying there. */
  answers(does: boolean): Promise<void>
  /** Puts a passkey of another site into it. */
  addForeign(rpId: string, userName: string): Promise<void>
}

/** Gives the browser of a tab an authenticator of its own; it lives as long as the tab. */
export async function addAuthenticator(
  page: Page,
  { verifies }: PersonAtPhone = { verifies: true },
): Promise<VirtualAuthenticator> {
  const devtools: CDPSession = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable', { enableUI: false })
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: verifies,
      automaticPresenceSimulation: true,
    },
  })
  return {
    count: async () => (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length,
    verifies: (does) =>
      devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: does }).then(() => {}),
    answers: (does) =>
      devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: does }).then(() => {}),
    addForeign: async (rpId, userName) => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const credential = {
        credentialId: randomBytes(16).toString('base64'),
        isResidentCredential: true,
        rpId,
        privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
        userHandle: Buffer.from(userName).toString('base64'),
        userName,
        signCount: 0,
      }
      await devtools.send('WebAuthn.addCredential', { authenticatorId, credential })
    },
  }
}
