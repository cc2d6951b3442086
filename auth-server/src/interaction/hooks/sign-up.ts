// Whether hooks let somebody make an account: asked when all else is right, before there is one.
import { randomSecret } from '../../crypto/random.ts'
import type { Hook } from '../../delivery/hooks/hooks.ts'
import type { Deps } from '../../deps.ts'
import { temporarilyUnavailable } from '../../http/problem.ts'
import { askHooks, type HookVerdict, type Sentences, sentenceIn } from '../../tokens/ask-hooks.ts'

/** Who wants to make an account. */
export interface Applicant {
  readonly email: string | undefined
  readonly name: string | undefined
  readonly language: string
  /** The provider that vouches for them, where it is one. */
  readonly provider?: string
  readonly applicationId: string | undefined
  /** What they have proven: the address, or who they are at the provider. The hook does not hear it. */
  readonly proven: string
}

/** The question about one who signs up, for whoever finds out that all else is right. */
export interface SignUpQuestion {
  /** @throws {HttpProblem} 503 when a hook that decides does not answer */
  mayJoin(applicant: Applicant): Promise<boolean>
  /** What a hook says to who may not, where it says something. */
  sentence(language: string): string | undefined
}

/** Undefined where no hook wants to be asked: then nothing is looked up for it either. */
export function signUpQuestion({ config, hooks }: Pick<Deps, 'config' | 'hooks'>): SignUpQuestion | undefined {
  const asked = hooks.before('before.sign-up', undefined)
  if (asked.length === 0) return undefined
  let refused: Sentences = {}
  return {
    async mayJoin(applicant) {
      const verdict = await ask({ config, hooks }, asked, applicant)
      if (verdict.kind === 'refused') refused = verdict.sentences
      return verdict.kind === 'allowed'
    },
    sentence: (language) => sentenceIn(language, refused),
  }
}

async function ask(
  { config, hooks }: Pick<Deps, 'config' | 'hooks'>,
  asked: readonly Hook[],
  { applicationId, proven, ...applicant }: Applicant,
): Promise<HookVerdict> {
  const data = { ...applicant, email_verified: applicant.email !== undefined, application: applicationId }
  const question = { id: `msg_${randomSecret(16)}`, event: 'before.sign-up', person: proven, data }
  const verdict = await askHooks(config, asked, question, { before: {}, told: hooks })
  if (verdict.kind === 'unavailable')
    throw temporarilyUnavailable('who decides on new accounts does not answer; try again in a moment', 10)
  return verdict
}
