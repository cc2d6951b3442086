// What is wrong with a redirect URI that a developer typed, and what to write instead. Pure.
import type { NamedRefusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import { inWords, mistakesIn, type RedirectMistake } from '../../catalogue/redirect-mistakes.ts'
import { redirectUriProblem } from '../../catalogue/redirect-uri.ts'

/** Undefined when it can be registered. */
export function redirectProblem(uri: string, kind: 'native' | 'web' | 'browser'): NamedRefusal | undefined {
  const problem = redirectUriProblem(uri, kind)
  if (problem === undefined) return undefined
  const told = SAID_BY[problem.reason] ?? []
  const mistakes = inWords(mistakesIn(uri).filter((mistake) => !told.includes(mistake)))
  const said = mistakes === '' ? problem.sentence : `${problem.sentence} What you wrote: ${mistakes}.`
  const example = kind === 'native' ? 'com.example.app:/callback' : 'https://app.example.com/callback'
  return { ...problem, sentence: HAS_EXAMPLE.test(said) ? said : `${said} Write something like ${example}.` }
}

/** Mistakes that the sentence of a refusal tells already. */
const SAID_BY: Readonly<Partial<Record<string, readonly RedirectMistake[]>>> = {
  redirect_http_native: ['plainHttp', 'localhost'],
  redirect_http_loopback: ['plainHttp'],
  redirect_scheme: ['shortScheme', 'noPath'],
  redirect_fragment: ['fragment'],
}
const HAS_EXAMPLE = /:\/\S*callback/
