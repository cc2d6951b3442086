// Asks every hook that wants to be asked before something happens, one after the other; what they add is checked here.
import type { Config } from '../config.ts'
import { askHook, type HookMessage, type HookQuestion } from '../delivery/hooks/ask.ts'
import { wordsOf } from '../delivery/hooks/calls.ts'
import type { Hook, Hooks } from '../delivery/hooks/hooks.ts'
import { NoPlace } from '../delivery/hooks/places.ts'
import { asOneLine } from '../http/one-line.ts'
import type { AddedClaims } from '../store/added-claims.ts'
import { addClaims } from './added-claims.ts'

/** Characters of a sentence that is shown to a person. */
const MAX_MESSAGE = 300

/** A sentence for the person, by language; of a text without languages that is `''`. */
export type Sentences = Readonly<Record<string, string>>

export type HookVerdict =
  | Readonly<{ kind: 'allowed'; claims: AddedClaims }>
  | Readonly<{ kind: 'refused'; sentences: Sentences }>
  /** One that decides did not answer as it should. */
  | Readonly<{ kind: 'unavailable' }>

/** Never within a transaction: it can take as long as the hooks' time limits together. @param before what was added so far */
export async function askHooks(
  config: Pick<Config, 'issuer' | 'eventHosts'>,
  hooks: readonly Hook[],
  question: HookQuestion,
  { before, told: { calls, log } }: Readonly<{ before: AddedClaims; told: Pick<Hooks, 'calls' | 'log'> }>,
): Promise<HookVerdict> {
  let claims = before
  for (const hook of hooks) {
    try {
      const answer = await askHook(config, hook, question)
      if (answer.verdict === 'refuse') {
        calls.answered(hook.name, question.event)
        return { kind: 'refused', sentences: sentencesOf(answer.message) }
      }
      const addition = addClaims(claims, answer.claims)
      if ('wrong' in addition) throw new Error(addition.wrong)
      claims = addition.claims
      calls.answered(hook.name, question.event)
    } catch (error) {
      const because = wordsOf(error, hook.timeoutMillis)
      const about = { event: 'hook_failed', hook: hook.name, question: question.event, rule: hook.onFailure }
      log.warn({ ...about, because }, 'a hook did not answer as it should')
      if (!(error instanceof NoPlace)) calls.failed(hook.name, question.event, because)
      // What was never asked is no failure of the hook, and goes past none: else many at once would be the way past it.
      if (hook.onFailure === 'refuse' || error instanceof NoPlace) return { kind: 'unavailable' }
    }
  }
  return { kind: 'allowed', claims }
}

function sentencesOf(message: HookMessage | undefined): Sentences {
  const texts = typeof message === 'string' ? { '': message } : (message ?? {})
  const sentences = Object.entries(texts)
    .slice(0, 20)
    .flatMap(([language, text]) => {
      const sentence = typeof text === 'string' ? asOneLine(text, MAX_MESSAGE) : undefined
      return sentence === undefined || !/^[a-z]{0,8}$/.test(language) ? [] : [[language, sentence]]
    })
  return Object.fromEntries(sentences)
}

/** The sentence in a language, else in English, else whichever there is. */
export function sentenceIn(language: string, sentences: Sentences): string | undefined {
  return sentences[language] ?? sentences[''] ?? sentences.en ?? Object.values(sentences)[0]
}
