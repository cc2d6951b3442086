// The stage that tells Kong itself who calls, as far as the configuration asks for it.
import type { KongReader } from '../../protocol/kong.ts'
import type { ConsumerConfig } from '../../schema/token-config.ts'
import type { KnownCaller } from '../caller.ts'
import type { Denial, PassEffects } from '../effects.ts'
import { type KongIdentity, kongIdentity, virtualConsumer } from './kong-identity.ts'

/** The facts of a token that Kong may be told beside who calls. */
export interface TokenGroups {
  readonly issuer: string
  readonly scopes: ReadonlySet<string>
  /** The claims that are lists of names, such as groups or roles. */
  readonly lists: ReadonlyMap<string, readonly string[]>
}

/** What Kong is told; or the call is refused. */
export type Announcement =
  | { readonly kind: 'told'; readonly effects: Pick<PassEffects, 'authenticate' | 'groups'> }
  | { readonly kind: 'deny'; readonly denial: Denial }

/** Answers for a caller of an application that no consumer of kong.yml is named after. */
const NO_CONSUMER: Denial = {
  status: 403,
  body: { message: 'This application may not call this API' },
  headers: {},
  reason: 'no consumer of that name',
}

/** Prepares the stage for one config. */
export function consumerStage({
  kongConsumer,
  groupsClaim,
}: ConsumerConfig): (kong: KongReader, caller: KnownCaller, token: TokenGroups) => Promise<Announcement> {
  return async (kong, caller, token) => {
    const identity = await identityFor(kongConsumer, caller, token.issuer, kong)
    if (identity === 'missing') return { kind: 'deny', denial: NO_CONSUMER }
    return {
      kind: 'told',
      effects: {
        ...(identity && { authenticate: identity }),
        ...(groupsClaim !== undefined && { groups: groupsOf(token, groupsClaim) }),
      },
    }
  }
}

async function identityFor(
  kind: ConsumerConfig['kongConsumer'],
  caller: KnownCaller,
  issuer: string,
  kong: KongReader,
): Promise<KongIdentity | 'missing' | undefined> {
  if (kind === 'none') return undefined
  if (kind === 'virtual') return kongIdentity(virtualConsumer(caller, issuer), caller)
  const consumer = await kong.client.loadConsumer(caller.clientId, true)
  return consumer === undefined ? 'missing' : kongIdentity(consumer, caller)
}

/** A group with a comma would be two in the header that acl makes of them. */
function groupsOf({ scopes, lists }: TokenGroups, name: string): readonly string[] {
  const groups = name === 'scope' ? [...scopes].filter((scope) => scope !== '') : (lists.get(name) ?? [])
  return groups.filter((group) => !group.includes(','))
}
