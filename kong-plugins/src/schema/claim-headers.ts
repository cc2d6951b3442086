// Which claims of the token the backend is told in headers: none by default, and never what says who or where somebody is.
import { CLAIM_HEADER_PREFIX, MAX_CLAIM_BYTES, NO_CLAIM_HEADERS } from '@mobile-api-gateway/sdk/claim-header.ts'
import { PERSON_CLAIMS, PROTOCOL_CLAIMS } from '@mobile-api-gateway/sdk/claim-names.ts'
import { list } from './collections.ts'
import { required, withDefault } from './field.ts'
import type { Pattern } from './patterns.ts'
import { record } from './record.ts'
import { flag, text } from './scalars.ts'

const PERSONAL =
  'must not be personal data, since headers reach logs: the backend asks for it by the SDK, or verifies the token itself'

/** In whatever words a claim of one's own is called. */
const PERSONAL_WORDS: readonly Pattern[] = [
  { lua: `${anyCase('e')}[-_]?${anyCase('mail')}`, js: /e[-_]?mail/i, says: PERSONAL },
  ...['phone', 'address', 'birth', 'street', 'postal'].map((word) => ({
    ...{ lua: anyCase(word), js: new RegExp(word, 'i'), says: PERSONAL },
  })),
]

/** The claims that headers can carry, and the headers. */
export const claimHeaders = withDefault(
  list({
    description:
      'Claims of the token that the backend is told in headers, percent-encoded: answers to registration forms and others ' +
      `that are ids or values of a list, of ${MAX_CLAIM_BYTES} bytes at most. A header without such a claim is taken away`,
    elements: record({
      fields: {
        claim: required(
          text({
            description: "Name of the claim; not one of a protocol's own, nor one of OpenID Connect's about people",
            match: {
              lua: '^[A-Za-z][A-Za-z0-9_.:/-]*$',
              js: /^[A-Za-z][A-Za-z0-9_.:/-]*$/,
              says: 'must be the name of a claim: letters, digits and _ . : / -',
            },
            unlike: [
              ...PERSON_CLAIMS.filter((name) => !PERSONAL_WORDS.some(({ js }) => js.test(name))).map((name) =>
                exactly(name, PERSONAL),
              ),
              ...PERSONAL_WORDS,
              ...PROTOCOL_CLAIMS.map((name) =>
                exactly(name, "must not be one of the token's own, of which no header is made"),
              ),
            ],
            maxLength: 100,
          }),
        ),
        header: required(
          text({
            description: `Header that carries it; the functions of kong.yml take ${CLAIM_HEADER_PREFIX}… away from clients`,
            match: {
              lua: '^X%-Authenticated%-[A-Za-z0-9-]+$',
              js: /^X-Authenticated-[A-Za-z0-9-]+$/,
              says: `must begin with ${CLAIM_HEADER_PREFIX}, as no client can send it then`,
            },
            unlike: NO_CLAIM_HEADERS.map((name) => exactly(name, 'must not be a header that tells who calls')),
            maxLength: 100,
          }),
        ),
        required: withDefault(
          flag({
            description:
              'Refuse a user whose token lacks the claim, or has it with a value that no header may carry; applications that ' +
              'call for themselves are not concerned',
          }),
          false,
        ),
      },
    }),
    maxLength: 10,
  }),
  [],
)

/** The header that several claims would be written to. */
export function headerTwice(headers: readonly string[]): string | undefined {
  const names = headers.map((header) => header.toLowerCase())
  return headers.find((header, index) => names.indexOf(header.toLowerCase()) !== index)
}

/** A name in any spelling of its letters, and nothing else. */
function exactly(name: string, says: string): Pattern {
  return { lua: `^${anyCase(name)}$`, js: new RegExp(`^${name}$`, 'i'), says }
}

/** As a Lua pattern. */
function anyCase(word: string): string {
  return word.replaceAll('-', '%-').replace(/[a-z]/gi, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`)
}
