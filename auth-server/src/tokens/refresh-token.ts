// The text of a refresh token, `family.generation.secret`, and how its successor is sealed for its holder. Pure.
import { randomBytes } from 'node:crypto'
import { equalInConstantTime, hkdf, hmac, sha256 } from '../crypto/digest.ts'

const SECRET_BYTES = 32

/**
 * `secret` is 32 random bytes and a tag under TOKEN_SECRET. The tag tells a token that this server once issued from
 * a guess, so that only the former can end a family; it cannot mint one, since only the stored hash makes it current.
 */
export type RefreshToken = Readonly<{
  familyId: string
  generation: number
  random: Buffer
  text: string
  hash: string
}>

const build = (tokenSecret: string, familyId: string, generation: number, random: Buffer): RefreshToken => {
  const body = `${familyId}.${generation}.${random.toString('base64url')}`
  const text = body + hmac(tokenSecret, 'refresh-token', body).slice(0, 22)
  return { familyId, generation, random, text, hash: sha256(text) }
}

/** A new token for a generation of a family. */
export const newRefreshToken = (tokenSecret: string, familyId: string, generation: number): RefreshToken =>
  build(tokenSecret, familyId, generation, randomBytes(SECRET_BYTES))

const SHAPE = /^(grant_[\w-]{22})\.([1-9]\d{0,8})\.([\w-]{43})[\w-]{22}$/

/** Reads a token; undefined unless this server issued it. */
export const parseRefreshToken = (tokenSecret: string, text: string): RefreshToken | undefined => {
  const [, familyId, generation, random] = SHAPE.exec(text) ?? []
  if (!familyId || !generation || !random) return undefined
  const token = build(tokenSecret, familyId, Number(generation), Buffer.from(random, 'base64url'))
  return equalInConstantTime(token.text, text) ? token : undefined
}

const keyStream = (holder: RefreshToken, generation: number): Buffer =>
  hkdf(holder.random, holder.familyId, `successor ${generation}`, SECRET_BYTES)

const xor = (left: Buffer, right: Buffer): Buffer => Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)))

/** The successor's random bytes, readable again only with the token that it follows. */
export const sealSuccessor = (holder: RefreshToken, successor: RefreshToken): Buffer =>
  xor(successor.random, keyStream(holder, successor.generation))

/** The successor that was sealed for `holder`. */
export const unsealSuccessor = (
  tokenSecret: string,
  holder: RefreshToken,
  sealed: Buffer,
  generation: number,
): RefreshToken => build(tokenSecret, holder.familyId, generation, xor(sealed, keyStream(holder, generation)))
