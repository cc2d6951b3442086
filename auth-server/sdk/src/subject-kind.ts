// Whom a token can be of (`subject_kind`), where it is a user's. Both halves read it here.

/** Somebody with an account, or a guest, whom an app knows by the key of a device alone. */
export const SUBJECT_KINDS = ['account', 'guest'] as const
export type SubjectKind = (typeof SUBJECT_KINDS)[number]
