// A secret while another takes over from it: what is made anew is made with the first, what any of them has made is ours.
import { equalInConstantTime, hmac } from './digest.ts'

/** The one that things are made with, and behind it those that are accepted as well. */
export type KnownSecrets = readonly [string, ...string[]]

/** The secret that `text` was made with; undefined where none of them has made it. */
export function makerOf(secrets: KnownSecrets, text: string, make: (secret: string) => string): string | undefined {
  return secrets.find((secret) => equalInConstantTime(make(secret), text))
}

/** What `make` makes with each of them, the one of now first. */
export function withEach<T>([now, ...others]: KnownSecrets, make: (secret: string) => T): readonly [T, ...T[]] {
  return [make(now), ...others.map(make)]
}

/** How something is called where its own name must not be read: 22 characters, by each of the secrets. */
export function keyedIds(secrets: KnownSecrets, what: string, ...parts: string[]): readonly [string, ...string[]] {
  return withEach(secrets, (secret) => hmac(secret, what, ...parts).slice(0, 22))
}
