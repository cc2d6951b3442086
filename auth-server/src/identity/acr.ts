// How somebody signed in: THE table of classes (`acr`, OpenID Connect Core §2), and by which methods each is reached. Pure.

/**
 * Methods of authentication (`amr`, RFC 8176 §2): `otp` is also a recovery code, `pop` the key of a passkey. `fed` is our
 * word for another provider, whatever it asked for there: it counts as a password does. `mca` is a second channel: the
 * password was chosen just then, after an answered mail. It makes no class of its own.
 */
const METHODS = ['pwd', 'fed', 'mca', 'otp', 'pop', 'user', 'mfa'] as const
export type Method = (typeof METHODS)[number]

/** Those that count without another: one of them is the first of two factors. */
export const FIRST_FACTORS = ['pwd', 'fed'] as const satisfies readonly Method[]

const PREFIX = 'urn:mobile-api-gateway:acr:'

/** The class of a sign-in by password alone, or by another provider. */
export const PASSWORD_ACR = `${PREFIX}password`
/** Two factors: a password and a second one. */
export const MFA_ACR = `${PREFIX}mfa`
/** Two factors that no false page can ask for: a passkey that has verified its person. */
export const PASSKEY_ACR = `${PREFIX}passkey`

/** A guest's: the key of a device, and no person whom anybody has asked. No request can ask for it, nor is it as good as another. */
export const DEVICE_ACR = `${PREFIX}device`
export const DEVICE_AMR: readonly Method[] = ['pop']

type Used = ReadonlySet<string>

/** From the weakest to the strongest: each class is as good as all before it. `passkey` is a second factor's kind. */
const CLASSES = [
  { acr: PASSWORD_ACR, isReached: () => true, isOpenTo: () => true },
  {
    acr: MFA_ACR,
    isReached: (used: Used) => FIRST_FACTORS.some((method) => used.has(method)) && (used.has('otp') || used.has('pop')),
    isOpenTo: (factors: readonly string[]) => factors.length > 0,
  },
  {
    acr: PASSKEY_ACR,
    isReached: (used: Used) => used.has('pop') && used.has('user'),
    isOpenTo: (factors: readonly string[]) => factors.includes('passkey'),
  },
] as const

export const ACR_VALUES = CLASSES.map(({ acr }) => acr)

function strengthOf(acr: string): number {
  return CLASSES.findIndex((known) => known.acr === acr)
}

/** What a session says of how its person signed in. */
export interface Authentication {
  readonly acr: string
  readonly amr: readonly string[]
}

/**
 * The class that these methods reach together; two factors are `mfa` as well (RFC 8176 §2).
 * @param before of the session, if more are shown in one
 */
export function authenticatedBy(methods: readonly Method[], before: readonly string[] = []): Authentication {
  const used = new Set<string>([...before, ...methods])
  used.delete('mfa')
  const acr = CLASSES.findLast(({ isReached }) => isReached(used))?.acr ?? PASSWORD_ACR
  if (acr !== PASSWORD_ACR) used.add('mfa')
  return { acr, amr: METHODS.filter((method) => used.has(method)) }
}

/** Whether a sign-in of class `acr` is as good as one of class `wanted`. */
export function isAsGood(acr: string, wanted: string): boolean {
  const strength = strengthOf(wanted)
  return strength >= 0 && strengthOf(acr) >= strength
}

/** Whether two factors were shown. */
export function hasTwoFactors({ acr }: Pick<Authentication, 'acr'>): boolean {
  return isAsGood(acr, MFA_ACR)
}

/** Whether it began with a mail that was answered: a forgotten password, and another one chosen. */
export function isByMail({ amr }: Pick<Authentication, 'amr'>): boolean {
  return amr.includes('mca')
}

/** Whether somebody who has set up such second factors can reach the class. */
export function isInReach(acr: string, factors: readonly string[]): boolean {
  return CLASSES.some((known) => known.acr === acr && known.isOpenTo(factors))
}

/**
 * What an app hears of a sign-in: its class, unless the app asked for others that it is as good as; then the one of them
 * that it likes best, since a value that it has not named would mean nothing to it (OpenID Connect Core §5.5.1.1).
 */
export function acrFor({ acr }: Pick<Authentication, 'acr'>, asked: readonly string[]): string {
  return asked.includes(acr) ? acr : (asked.find((wanted) => isAsGood(acr, wanted)) ?? acr)
}
