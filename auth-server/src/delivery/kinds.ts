// Every kind of delivery. A new one is a row here, and its payload and lifetime in store/tables/outbox.ts.
import type { OutboxKind } from '../store/tables/outbox.ts'
import type { DeliveryKind } from './kind.ts'
import { sendLogoutNotice } from './logout-notice.ts'

export const DELIVERY_KINDS: { readonly [Kind in OutboxKind]: DeliveryKind<Kind> } = {
  'logout-notice': {
    send: sendLogoutNotice,
    retries: { firstPauseSeconds: 15, longestPauseSeconds: 3600 },
    perReceiver: 2,
  },
}
