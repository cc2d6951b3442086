// Signed calls to others (Standard Webhooks): of hooks, and of checks that are made elsewhere.
import { webhookKey, webhookSignature } from '@mobile-api-gateway/sdk/webhook-signature.ts'

/** One secret, or two while one takes over from the other. */
export type WebhookSecrets = readonly [string, ...string[]]

/** The headers of a signed call. While there are two secrets it has a signature of each, so no call is lost. */
export function webhookHeaders(
  secrets: WebhookSecrets,
  call: Readonly<{ id: string; timestamp: number; body: string }>,
): Readonly<Record<string, string>> {
  const signatures = secrets.map((secret) => {
    const key = webhookKey(secret)
    if (!key) throw new Error('a secret that calls are signed with is not whsec_…')
    return webhookSignature(key, call)
  })
  return {
    'content-type': 'application/json',
    'webhook-id': call.id,
    'webhook-timestamp': String(call.timestamp),
    'webhook-signature': signatures.join(' '),
  }
}

/** Reads one secret or two, with a blank or a comma between them; undefined when one of them is none. */
export function readWebhookSecrets(text: string): WebhookSecrets | undefined {
  const [first, ...others] = text.split(/[\s,]+/).filter((secret) => secret !== '')
  if (first === undefined || others.length > 1) return undefined
  return [first, ...others].every((secret) => webhookKey(secret)) ? [first, ...others] : undefined
}
