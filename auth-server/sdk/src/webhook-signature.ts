// How a call of a hook is signed (Standard Webhooks, "Signature scheme"): HMAC-SHA256 over id, time and body.
import { createHmac } from 'node:crypto'

/** `whsec_` and 24 to 64 bytes in base64. */
const SECRET = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/

/** The bytes of a secret as it is written, or undefined. */
export function webhookKey(secret: string): Buffer | undefined {
  const [, text] = SECRET.exec(secret) ?? []
  const key = text === undefined ? undefined : Buffer.from(text, 'base64')
  return key !== undefined && key.length >= 24 && key.length <= 64 ? key : undefined
}

/** What is signed. */
export interface SignedCall {
  /** `webhook-id`: the same at each attempt. */
  readonly id: string
  /** `webhook-timestamp`, in Unix seconds. */
  readonly timestamp: number
  readonly body: string | Uint8Array
}

/** One signature, as it stands in `webhook-signature`. */
export function webhookSignature(key: Buffer, { id, timestamp, body }: SignedCall): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`
}
