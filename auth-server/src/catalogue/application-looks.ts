// How an application may look where people decide: its name, its colour, its links. Pure.
import { type NamedRefusal, refusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import { readAddress } from '../delivery/mail/mailbox.ts'
import type { ApplicationLooks } from '../store/tables/applications.ts'

// No control characters, nothing that turns the writing around, and something that can be seen.
const NAME = /^(?=.*[\p{L}\p{N}\p{P}\p{S}])[^\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]{1,80}$/u
// What joins or parts letters has its place in some writings, and in emoji; elsewhere it makes two names that look alike.
const JOINER =
  /(?<=[^\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Z}\p{P}\p{N}])[\u200c\u200d](?=[\p{L}\p{M}\p{So}])/gu
const INVISIBLE = /[\p{Cf}\p{Cn}\p{Co}\u115f\u1160\u2800\u3164\uffa0]|\u034f/u
const PILE = /\p{M}{5}/u

/** What is wrong with the name of an application; undefined when nothing is. */
export function applicationNameProblem(name: string): NamedRefusal | undefined {
  if (!NAME.test(name)) return refusal('name')
  if (INVISIBLE.test(name.replace(JOINER, '')) || PILE.test(name)) return refusal('name_invisible')
  return undefined
}

const COLOR = /^#[0-9a-f]{6}$/i
const MAX_LINK = 2000

/** What is wrong with colour and links; undefined when nothing is. */
export function looksProblem({
  brandColor,
  policyUri,
  tosUri,
  supportContact,
}: ApplicationLooks): NamedRefusal | undefined {
  if (brandColor !== null && !COLOR.test(brandColor)) return refusal('colour')
  for (const uri of [policyUri, tosUri]) if (uri !== null && !isHttps(uri)) return refusal('links_https')
  if (supportContact !== null && !isHttps(supportContact) && !isMail(supportContact)) return refusal('support_contact')
  return undefined
}

/** An address that a page may lead people to: https, at a public name, without a name and password in it. */
export function isHttps(text: string): boolean {
  if (text.length > MAX_LINK || !/^https:\/\/[!#-;=?-[\]_a-z~]+$/i.test(text) || !URL.canParse(text)) return false
  const { username, password, hostname } = new URL(text)
  return username === '' && password === '' && hostname.includes('.')
}

function isMail(text: string): boolean {
  return /^[^\s<>"',;]+$/.test(text) && readAddress(text) !== undefined
}
