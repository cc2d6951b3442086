// The refusal of an application that nobody has approved yet: its people read which API it waits for, and since when.
import type { Db } from '../../store/database.ts'
import { listSubscriptions } from '../../store/queries/listed-subscriptions.ts'
import { OAuthError } from '../errors.ts'
import { ToldToDevelopers } from '../told-to-developers.ts'

const REFUSAL = 'this application has no approved subscription to an API, so nobody can sign in to it yet'
/** On the page; who asked for more looks into the portal. */
const MOST_SHOWN = 20

export class WaitingClient extends ToldToDevelopers {
  override name = 'WaitingClient'
  readonly #client: Readonly<{ clientId: string; applicationId: string }>

  constructor(client: Readonly<{ clientId: string; applicationId: string }>) {
    super('unauthorized_client', REFUSAL, { page: 'waits_for_approval' })
    this.#client = client
  }

  override get applicationId(): string {
    return this.#client.applicationId
  }

  override async withEvidence(db: Db): Promise<OAuthError> {
    const filter = { clientId: this.#client.clientId, apiId: undefined, status: 'pending' } as const
    const waiting = await listSubscriptions(db, filter, { after: undefined, limit: MOST_SHOWN }, 'everything')
    const lines = waiting.map(({ apiId, plan, requestedAt }) =>
      [apiId, plan, requestedAt?.toISOString()].filter(Boolean).join(', '),
    )
    const evidence =
      lines.length > 0
        ? { label: 'Waits for a decision: API, plan, since', values: lines }
        : { label: 'Waits for no decision', values: ['ask for a subscription to an API'] }
    return new OAuthError('unauthorized_client', REFUSAL, { page: 'waits_for_approval', evidence: [evidence] })
  }
}
