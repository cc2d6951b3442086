// Who calls, in Kong's own terms.

/** A consumer as far as Kong's plugins look at it. The tags of one in kong.yml do not come along. */
export interface KongConsumer {
  readonly id: string
  readonly username?: string
  readonly custom_id?: string
}

/** What was proven, as Kong's plugins see it: rate-limiting counts by it, logs show it. */
export interface KongCredential {
  readonly id: string
  /** Kong's log serializer takes it from here. */
  readonly consumer_id: string
}

/** A consumer as it travels: what it lacks may arrive as `''`. */
export interface ConsumerMessage extends Partial<KongConsumer> {
  /** Seconds since 1970. */
  readonly created_at?: number
}
