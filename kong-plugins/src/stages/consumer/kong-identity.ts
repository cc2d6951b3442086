// Tells Kong itself who calls, in its own terms, so that bundled plugins (acl, rate-limiting, proxy-cache, logs) see users and apps.
import { createHash } from 'node:crypto'
import type { KongConsumer, KongCredential } from '../../protocol/consumer.ts'
import type { KnownCaller } from '../caller.ts'

/** Both, for `kong.client.authenticate`. */
export interface KongIdentity {
  readonly consumer: KongConsumer
  readonly credential: KongCredential
}

/** Namespace of our ids (RFC 9562 §5.5): a random UUID, fixed for ever. */
const NAMESPACE = Buffer.from('6f0c2c1e8d5b4f0a9a3e7b1d52c4e806', 'hex')

/**
 * A consumer that stands in no configuration, one for each user of each application: plugins that keep things by consumer,
 * such as proxy-cache, then mix nobody up. The same caller has the same id at every gateway.
 */
export function virtualConsumer(caller: KnownCaller, issuer: string): KongConsumer {
  const id = uuidOf(JSON.stringify([issuer, caller.clientId, caller.subject]))
  const { clientId, applicationId } = caller
  return { id, username: clientId, ...(applicationId === undefined ? {} : { custom_id: applicationId }) }
}

/** The caller with a consumer, virtual or real. Parts are percent-encoded, so that no two can be glued to look alike. */
export function kongIdentity(consumer: KongConsumer, caller: KnownCaller): KongIdentity {
  const { clientId, subject, issuer } = caller
  const parts = [clientId, subject, ...(issuer === undefined ? [] : [issuer])]
  return { consumer, credential: { id: parts.map(encodeURIComponent).join('|'), consumer_id: consumer.id } }
}

/** Version 5, by SHA-1 (RFC 9562 §5.5). */
function uuidOf(name: string): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
