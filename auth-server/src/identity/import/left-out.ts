// What does not come along with people of another system, by its kind: why, and how many.

/** By its kind, why something does not come along. */
export const LEFT_OUT = {
  addresses: 'the other system has not verified them, or they are an account’s here',
  groups: 'there is none of the name here, or neither --groups nor --group takes it',
  identities: 'their provider is not configured here or not named with --provider, or they are somebody’s here',
  authenticators: 'another kind than six digits each 30 seconds with SHA-1, or a second one of a person',
  passkeys: 'they count for the name of the server where they were made alone',
  phones: 'no codes are sent to phones here',
  'recovery codes': 'people make new ones in their account',
  registrations: 'the API has no such form here, or the answers are none of it any more',
} as const
export type LeftOut = keyof typeof LEFT_OUT

export function isLeftOut(name: string): name is LeftOut {
  return Object.hasOwn(LEFT_OUT, name)
}

/** Adds to what stays. */
export function countLeft(left: Partial<Record<LeftOut, number>>, kind: LeftOut, count: number): void {
  if (count > 0) left[kind] = (left[kind] ?? 0) + count
}
