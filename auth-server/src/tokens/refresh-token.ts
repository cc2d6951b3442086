// The text of a refresh token, `family.generation.secret`, and how its successor is sealed for its holder. Pure.
import { randomBytes } from 'node:crypto'
import { equalInConstantTime, hkdf, hmac, sha256 } from '../crypto/digest.ts'
import { type KnownSecrets, withEach } from '../crypto/secrets.ts'

const SECRET_BYTES = 32

/**
 * `secret` is 32 random bytes and a tag under TOKEN_SECRET. The tag tells a token that this server once issued from
 * a guess, so that only the former can end a family; it cannot mint one, since only the stored hash makes it current.
 */
export interface RefreshToken {
  readonly familyId: string
  readonly generation: number
  readonly random: Buffer
  readonly text: string
  readonly hash: string
}

function build(tokenSecret: string, familyId: string, generation: number, random: Buffer): RefreshToken {
  const body = `${familyId}.${generation}.${random.toString('base64url')}`
  const text = body + hmac(tokenSecret, 'refresh-token', body).slice(0, 22)
  return { familyId, generation, random, text, hash: sha256(text) }
}

/** A new token for a generation of a family. */
export function newRefreshToken([now]: KnownSecrets, familyId: string, generation: number): RefreshToken {
  return build(now, familyId, generation, randomBytes(SECRET_BYTES))
}

const SHAPE = /^(grant_[\w-]{22})\.([1-9]\d{0,8})\.([\w-]{43})[\w-]{22}$/

/** Reads a token; undefined unless this server issued it. */
export function parseRefreshToken(tokenSecrets: KnownSecrets, text: string): RefreshToken | undefined {
  const [, familyId, generation, random] = SHAPE.exec(text) ?? []
  if (!familyId || !generation || !random) return undefined
  const bytes = Buffer.from(random, 'base64url')
  for (const secret of tokenSecrets) {
    const token = build(secret, familyId, Number(generation), bytes)
    if (equalInConstantTime(token.text, text)) return token
  }
  return undefined
}

function keyStream(holder: RefreshToken, generation: number): Buffer {
  return hkdf(holder.random, holder.familyId, `successor ${generation}`, SECRET_BYTES)
}

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)))
}

/** The successor's random bytes, readable again only with the token that it follows. */
export function sealSuccessor(holder: RefreshToken, successor: RefreshToken): Buffer {
  return xor(successor.random, keyStream(holder, successor.generation))
}

/** The successor that was sealed for `holder`: with the tag of whichever secret it was issued under, as its `hash` says. */
export function unsealSuccessor(
  tokenSecrets: KnownSecrets,
  holder: RefreshToken,
  { sealed, generation, hash }: Readonly<{ sealed: Buffer; generation: number; hash: string }>,
): RefreshToken {
  const random = xor(sealed, keyStream(holder, generation))
  const [first, ...others] = withEach(tokenSecrets, (secret) => build(secret, holder.familyId, generation, random))
  return [first, ...others].find((successor) => successor.hash === hash) ?? first
}
