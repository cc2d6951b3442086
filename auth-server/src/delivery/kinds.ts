// Every kind of delivery. A new one is a row here, and its payload and lifetime in store/tables/outbox.ts.
import type { OutboxKind } from '../store/tables/outbox.ts'
import { sendApiEvent } from './api-event.ts'
import { sendHook } from './hooks/send.ts'
import type { DeliveryKind } from './kind.ts'
import { sendLogoutNotice } from './logout-notice.ts'
import { sendMail } from './mail/send.ts'
import { MAX_CONNECTIONS } from './mail/smtp.ts'
import { sendProviderRevocation } from './provider-revocation.ts'

export const DELIVERY_KINDS: { readonly [Kind in OutboxKind]: DeliveryKind<Kind> } = {
  'api-event': {
    send: sendApiEvent,
    retries: { firstPauseSeconds: 15, longestPauseSeconds: 3600 },
    perReceiver: 2,
  },
  'logout-notice': {
    send: sendLogoutNotice,
    retries: { firstPauseSeconds: 15, longestPauseSeconds: 3600 },
    perReceiver: 2,
  },
  hook: {
    send: sendHook,
    retries: { firstPauseSeconds: 15, longestPauseSeconds: 3600 },
    perReceiver: 4,
  },
  mail: {
    send: sendMail,
    // Longer than an attempt may last; a server that greets newcomers with "later" wants some minutes.
    retries: { firstPauseSeconds: 60, longestPauseSeconds: 3600 },
    perReceiver: MAX_CONNECTIONS,
  },
  'provider-revocation': {
    send: sendProviderRevocation,
    retries: { firstPauseSeconds: 15, longestPauseSeconds: 3600 },
    perReceiver: 2,
  },
}
