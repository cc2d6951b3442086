// Texts of refused calls in English: why in one sentence, and what to do.
import { type Explanation, inUnits, namesOf, numberOf, type RefusalFactsTold } from '../../refusal-facts.ts'

type Explain = (facts: RefusalFactsTold) => Explanation

function duration(fact: unknown): string {
  const { count, unit } = inUnits(fact)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

function always(why: string, todo: string): Explain {
  return () => ({ why, todo })
}

const CLOCK_OF_SERVERS = 'The clocks of the gateway and the authorization server differ: tell whoever runs them.'
const PROOF = 'Make each DPoP proof with a library for it: signed by the key of the token, a new one for each call.'
const OTHER_USERS = 'Ask whoever runs the API; another token would not help.'
const SIGN_IN_AGAIN = 'Send the user to sign in again with the acr_values and max_age of WWW-Authenticate.'
const SLOWER = 'Wait for as long as Retry-After says, keep answers that do not change, or ask for another plan.'

function limit(facts: RefusalFactsTold, whose: string): string {
  const per = typeof facts.window === 'string' ? ` a ${facts.window}` : ''
  return `The plan allows ${numberOf(facts.limit)} calls${per} ${whose}, and they were used up.`
}

const EXPLAINED = {
  'invalid-token-expired': ({ seconds }) => ({
    why: `The access token had expired ${duration(seconds)} before.`,
    todo: 'Refresh when expires_in is over, counted from when the token came: the clock of a device may be off.',
  }),
  'invalid-token-not-yet-valid': ({ seconds }) => ({
    why: `The access token is valid only ${duration(seconds)} later.`,
    todo: CLOCK_OF_SERVERS,
  }),
  'invalid-token-issued-in-future': ({ seconds }) => ({
    why: `The access token was issued ${duration(seconds)} later, by the clock of the gateway.`,
    todo: CLOCK_OF_SERVERS,
  }),
  'invalid-token-audience': ({ audiences }) => ({
    why: `The access token is for another API: ${namesOf(audiences) || 'not for this one'}.`,
    todo: 'Get a token for this API, named in resource, and keep the tokens of several APIs apart.',
  }),
  'invalid-token-revoked': always(
    'The access token was revoked: by a sign-out, or because the app, its subscription or the account was suspended or ended.',
    'Refresh once; if that is refused, too, send the user to sign in.',
  ),
  'invalid-token-bound': always(
    'The access token is bound to a key, and was sent as Bearer.',
    'Send it as Authorization: DPoP, with a proof in the header DPoP.',
  ),
  'invalid-token-not-bound': always(
    'The access token is bound to no key, and was sent as DPoP.',
    'Send it as Authorization: Bearer, or ask for a bound one with a proof at the token endpoint.',
  ),
  'invalid-token-binding-required': always(
    'This API takes only tokens that are bound to a key, and this one is not.',
    'Send a DPoP proof when you ask for tokens, and one with each call.',
  ),
  'invalid-token-proof-of-possession': always(
    'This API takes no tokens that are bound to a key.',
    'Ask for tokens without a DPoP proof, for this API.',
  ),
  'invalid-token-other-key': always(
    'The DPoP proof was made by another key than the one that the token is bound to.',
    'Keep the key that asked for the token for as long as the token, and use no other.',
  ),
  'invalid-proof-missing': always('The call had no DPoP proof, and the token is bound to a key.', PROOF),
  'invalid-proof-htm': always(
    'The DPoP proof was made for another method than that of the call.',
    'Make it for this call: htm is the method, in capitals.',
  ),
  'invalid-proof-htu': always(
    'The DPoP proof was made for another address than that of the call.',
    'Make it for this call: htu is the address that the app calls, without what stands after a question mark.',
  ),
  'invalid-proof-ath': always(
    'The DPoP proof was made for another access token.',
    'Make it for this call: ath is the SHA-256 of the token that is sent with it.',
  ),
  'invalid-proof-iat': ({ behind_seconds }) => ({
    why: `The clock of the device is ${duration(behind_seconds)} ${Number(behind_seconds) < 0 ? 'ahead' : 'behind'}, or the DPoP proof was made long before the call.`,
    todo: 'Make the proof just before the call, and correct the time by the header Date of an answer.',
  }),
  'invalid-proof-repeated': always(
    'The DPoP proof had been used before.',
    'Make a new one for each call, repeated ones too.',
  ),
  client: always('This app is not among those that may call this API.', OTHER_USERS),
  'no-consumer-of-that-name': always('The gateway knows no consumer of the name of this app.', OTHER_USERS),
  'subject-kind-guest': always(
    'This API is for people with an account, and the token is of a guest.',
    'Have the user make an account, or call an API that is for guests.',
  ),
  'subject-kind-account': always('This API is for guests, and the token is of somebody with an account.', OTHER_USERS),
  attestation: always(
    'This API wants a phone to vouch for the key of the token, and none did.',
    'Register the device with its attestation, and ask for tokens with that key.',
  ),
  'insufficient-scope': ({ missing }) => ({
    why: `The access token lacks ${namesOf(missing) || 'a scope'}.`,
    todo: 'Ask for it at the sign-in; the subscription of the app has to have it, too.',
  }),
  'insufficient-login-strength': always('This call needs a stronger sign-in of the user.', SIGN_IN_AGAIN),
  'insufficient-login-age': always('This call needs a more recent sign-in of the user.', SIGN_IN_AGAIN),
  'limit-exceeded': (facts) => ({ why: limit(facts, 'for each user'), todo: SLOWER }),
  'applications-limit-exceeded': (facts) => ({ why: limit(facts, 'for the whole app'), todo: SLOWER }),
  unavailable: always(
    'The gateway could not decide at that moment, and then it lets nothing pass.',
    'Nothing is wrong with the app: try again after Retry-After. If it goes on, tell whoever runs the gateway.',
  ),
} as const satisfies Readonly<Record<string, Explain>>

export const REFUSALS = {
  explained: EXPLAINED,
  unknown: (code: string): Explanation => ({
    why: `The gateway refused the call: ${code}.`,
    todo: 'The answer to the call says more, in WWW-Authenticate and in its body.',
  }),
}
