// What this project's server alone is asked: a login from the password on, and the tokens of a device that nobody has signed in on.
import { randomUUID } from 'node:crypto'
import { createDevice, type GuestDevice, registerDevice } from '../../demo/guest.ts'
import { createCaller } from './http.ts'
import { codeFlow, type Operation, read } from './operations.ts'
import { type BenchParty, DEVICE_CLIENT } from './party.ts'

const FIRST_LOGIN: Operation = {
  name: 'first login',
  only: 'ours',
  async prepare(party) {
    return async () => {
      const browser = createCaller(party.origin)
      try {
        await party.signIn(browser)
        await codeFlow(browser)
      } finally {
        browser.close()
      }
    }
  },
}

/** An address may register few; so all callers, of all rounds, share these. */
const DEVICES = 16
const registered = new WeakMap<BenchParty, Promise<readonly GuestDevice[]>>()
let turn = 0

const DEVICE_TOKENS: Operation = {
  name: 'device tokens',
  only: 'ours',
  async prepare(party, caller) {
    const devices = registered.get(party) ?? registerDevices(party)
    registered.set(party, devices)
    const device = (await devices)[turn++ % DEVICES]
    if (!device) throw new Error('no device')
    let nonce: string | undefined
    const ask = async () => {
      const iat = Math.floor(Date.now() / 1000)
      const proof = { jti: randomUUID(), htm: 'POST', htu: `${party.origin}/token`, iat, ...(nonce && { nonce }) }
      const assertion = await device.assertion()
      const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', client_id: DEVICE_CLIENT.id, assertion }
      const answer = await caller.post('/token', form, { dpop: await device.sign('dpop+jwt', proof) })
      nonce = answer.headers['dpop-nonce']?.toString() ?? nonce
      return answer
    }
    return async () => {
      const answer = await ask()
      const last = answer.status === 400 && answer.body.includes('use_dpop_nonce') ? await ask() : answer
      const { access_token, token_type } = read(last, 'device')
      if (typeof access_token !== 'string' || token_type !== 'DPoP')
        throw new Error('device: no token bound to its key')
    }
  },
}

async function registerDevices({ origin }: BenchParty): Promise<readonly GuestDevice[]> {
  const devices = await Promise.all(Array.from({ length: DEVICES }, () => createDevice(origin, DEVICE_CLIENT.id)))
  for (const device of devices) await registerDevice(device, 'Bench')
  return devices
}

export const OWN_OPERATIONS: readonly Operation[] = [DEVICE_TOKENS, FIRST_LOGIN]
