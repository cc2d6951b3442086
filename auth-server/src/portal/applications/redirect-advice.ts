// What is wrong with a redirect URI that a developer typed, and what to write instead. Pure.
import type { NamedRefusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import { inWords, mistakesIn } from '../../catalogue/redirect-mistakes.ts'
import { redirectUriProblem } from '../../catalogue/redirect-uri.ts'

/** Undefined when it can be registered. */
export function redirectProblem(uri: string, kind: 'native' | 'web' | 'browser'): NamedRefusal | undefined {
  const problem = redirectUriProblem(uri, kind)
  if (problem === undefined) return undefined
  const mistakes = inWords(mistakesIn(uri))
  const said = mistakes === '' ? problem.sentence : `${problem.sentence} What you wrote: ${mistakes}.`
  const example = kind === 'native' ? 'com.example.app:/callback' : 'https://app.example.com/callback'
  return { ...problem, sentence: said.includes(example) ? said : `${said} Write something like ${example}.` }
}
