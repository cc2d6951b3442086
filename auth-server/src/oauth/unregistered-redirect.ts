// The refusal of a redirect URI that is not registered: everybody is told what theirs shows by itself, the people of the application what is registered.
import { inWords, mistakesIn, nearestRegistered } from '../catalogue/redirect-mistakes.ts'
import type { Evidence, WayInstead } from '../http/problem.ts'
import { ToldToDevelopers } from './told-to-developers.ts'

const REFUSALS = {
  redirect_uri: 'redirect_uri is not registered for this application; it has to match to the letter',
  post_logout_redirect_uri:
    'post_logout_redirect_uri is not registered for this application; it has to match to the letter',
} as const

/** Of which parameter of which application. */
interface Unregistered {
  readonly parameter: keyof typeof REFUSALS
  /** None where nobody knows which application asks. */
  readonly applicationId: string | undefined
  readonly received: string
  readonly registered: readonly string[]
  readonly way?: WayInstead
}

/** What was sent and what is registered stay in here until `tellingDevelopers` has looked who asks. */
export class UnregisteredRedirect extends ToldToDevelopers {
  override name = 'UnregisteredRedirect'
  readonly #unregistered: Unregistered

  constructor(unregistered: Unregistered, evidence: readonly Evidence[] = []) {
    const hint = inWords(mistakesIn(unregistered.received))
    const refusal = REFUSALS[unregistered.parameter]
    super('invalid_request', hint === '' ? refusal : `${refusal}. Look here: ${hint}`, {
      evidence,
      way: unregistered.way,
    })
    this.#unregistered = unregistered
  }

  override get applicationId(): string | undefined {
    return this.#unregistered.applicationId
  }

  override async withEvidence(): Promise<UnregisteredRedirect> {
    const { parameter, received, registered } = this.#unregistered
    const nearest = nearestRegistered(received, registered)
    return new UnregisteredRedirect(this.#unregistered, [
      { label: `Received ${parameter}`, values: [received] },
      { label: 'Registered', values: registered },
      ...(nearest ? [{ label: 'Compared with', values: [nearest.registered, inWords(nearest.mistakes)] }] : []),
    ])
  }
}
