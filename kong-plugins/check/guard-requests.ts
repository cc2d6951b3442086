// Requests as our plugins leave them for the guard, and what looks like them and is not.
import { CHAIN_CONTEXT_KEY, type StageName } from '../src/chain-context.ts'
import type { RequestHeaders } from '../src/stages/effects.ts'
import { callerNote } from '../src/stages/identity/caller-note.ts'
import { mark } from '../src/stages/quota/answers.ts'
import type { ProbeRequest } from './probe.ts'

/** What the plugins of a route leave behind for its guard. */
export interface Proof {
  readonly policy: string
  /** Name of the route's service, `null` where it has none. */
  readonly service: string | null
  /** `header`: the mark of mobile-gateway; `shared`: a mark of each of the three separate plugins in `kong.ctx.shared`. */
  readonly kind: 'header' | 'shared'
  /** The plugin lets calls without a token pass, by a name of their own. */
  readonly anonymous: boolean
  /** Headers that the plugin makes of claims. */
  readonly claimHeaders: readonly string[]
}

const STAGES: readonly StageName[] = ['token', 'identity', 'quota']

const MINUTE = { scope: 'subject', name: 'minute', limit: 60, remaining: 59, resetSeconds: 42 } as const

/** The mark as mobile-gateway writes it. */
export function markOf(policy: string): string {
  return mark(policy, { kind: 'admitted', windows: [MINUTE], tightest: MINUTE })
}

/** Whom the plugins found to call, as they note it for the guard. */
export const CALLER = { 'X-Authenticated-UserId': 'usr_probe', 'X-Consumer-Username': 'probe-app' } as const
/** The note itself. @param claims headers of claims, told or cleared */
export function noteOf(claims: RequestHeaders = {}): string {
  return callerNote(CALLER, { claims, consumer: undefined })
}
const note = noteOf()

function withHeader(value: string, said = note): ProbeRequest {
  return {
    headers: [
      ['X-Mobile-Gateway', value],
      ['X-Mobile-Gateway-Caller', said],
    ],
  }
}
function withShared(value: unknown): ProbeRequest {
  return { headers: [], shared: { [CHAIN_CONTEXT_KEY]: value } }
}
function stageMarks(name: string, caller = note): Record<StageName | 'caller', string> {
  return { ...{ token: name, identity: name, quota: name }, caller }
}

/** What a request carries once the plugins have let it pass by a name, and what looks like it and is not. */
export const REQUESTS: Readonly<
  Record<
    Proof['kind'],
    {
      readonly passed: (name: string, note?: string) => ProbeRequest
      readonly none: ProbeRequest
      /** All but the mark: as if a policy without a name had let it pass. */
      readonly nameless: ProbeRequest
      readonly incomplete: (name: string) => readonly (readonly [what: string, request: ProbeRequest])[]
    }
  >
> = {
  header: {
    passed: (name, said) => withHeader(markOf(name), said),
    none: withHeader('yes'),
    nameless: { headers: [['X-Mobile-Gateway-Caller', note]] },
    incomplete: () => [],
  },
  shared: {
    passed: (name, said) => withShared(stageMarks(name, said)),
    none: withShared('yes'),
    nameless: withShared({ caller: note }),
    incomplete: (name) =>
      STAGES.flatMap((stage) => {
        const { [stage]: _, ...others } = stageMarks(name)
        return [
          [`a request without the mark of the ${stage} stage`, withShared(others)],
          [
            `a mark of the ${stage} stage that is another policy's`,
            withShared({ ...others, [stage]: `${name}-of-another` }),
          ],
        ] as const
      }),
  },
}
