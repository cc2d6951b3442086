// Whether hooks let somebody make an account: asked when all else is right, before there is one.
import { randomSecret } from '../../crypto/random.ts'
import type { Deps } from '../../deps.ts'
import { temporarilyUnavailable } from '../../http/problem.ts'
import { askHooks, type Sentences } from '../../tokens/ask-hooks.ts'

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

/**
 * What a hook says to who is refused; undefined for who is not.
 * @throws {HttpProblem} 503 when a hook that decides does not answer
 */
export async function refusedSignUp(
  { config, hooks }: Pick<Deps, 'config' | 'hooks'>,
  { applicationId, proven, ...applicant }: Applicant,
): Promise<Sentences | undefined> {
  const asked = hooks.before('before.sign-up', undefined)
  if (asked.length === 0) return undefined
  const data = { ...applicant, email_verified: applicant.email !== undefined, application: applicationId }
  const question = { id: `msg_${randomSecret(16)}`, event: 'before.sign-up', person: proven, data }
  const verdict = await askHooks(config, asked, question, { before: {}, told: hooks })
  if (verdict.kind === 'unavailable')
    throw temporarilyUnavailable('who decides on new accounts does not answer; try again in a moment', 10)
  return verdict.kind === 'refused' ? verdict.sentences : undefined
}
