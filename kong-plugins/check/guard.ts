// Proves by probes that a guard refuses what our plugins did not let pass, and lets pass what they did.
import type { HeaderLine } from '../gateway/http/header-list.ts'
import { passName } from '../src/chain-context.ts'
import { CLEAR } from '../src/stages/effects.ts'
import { IDENTITY_HEADERS } from '../src/stages/identity/identity.ts'
import { CALLER, markOf, noteOf, type Proof, REQUESTS } from './guard-requests.ts'
import type { ProbeOutcome, ProbeRequest, Prober } from './probe.ts'
import { KONGS_HEADERS, plainName } from './stripping.ts'

/** What is wrong with a guard, if anything: `open` when requests pass that must not. */
export interface GuardFinding {
  readonly open: boolean
  readonly text: string
}

/** Runs a guard on requests that were verified, and on others. */
export function tryGuard(
  prober: Prober,
  proof: Proof,
  access: readonly string[],
  rewrite: readonly string[],
): GuardFinding[] {
  const { policy, kind, service } = proof
  const { passed, none, nameless, incomplete } = REQUESTS[kind]
  const withoutToken = passName(policy, { kind: 'anonymous', address: '192.0.2.1' })
  const run = (request: ProbeRequest): ProbeOutcome => prober.run({ service, ...request }, { rewrite: [], access })
  const verified = (name: string): ProbeOutcome => run(passed(name))
  const forged = ['X-Mobile-Gateway', 'X_Mobile_Gateway'].map((name): [string, ProbeOutcome] => {
    return [
      name,
      prober.run(
        {
          service,
          headers: [
            [name, markOf(policy)],
            ['X-Mobile-Gateway-Caller', noteOf()],
          ],
        },
        { rewrite, access },
      ),
    ]
  })
  const probes: (readonly [what: string, outcome: ProbeOutcome])[] = [
    ['a request that no plugin has verified', prober.run({ service, headers: [] }, { rewrite, access })],
    ['a mark that is none', run(none)],
    ['the mark of another policy', verified(`${policy}-of-another`)],
    ['the mark of another policy', verified(`another-${policy}`)],
    ...(proof.anonymous
      ? []
      : [['a call without a token, which the plugin would refuse', verified(withoutToken)] as const]),
    ...(rewrite.length === 0
      ? []
      : forged.map(([name, outcome]) => [`${name} as a client sends it`, outcome] as const)),
    ...incomplete(policy).map(([what, request]) => [what, run(request)] as const),
    ['a request to a service without a name', run({ ...nameless, service: null })],
    ['a request to no service', prober.run(nameless, { rewrite: [], access })],
  ]
  const open = [
    ...new Set(probes.filter(([, { status }]) => status === undefined || status < 400).map(([what]) => what)),
  ]
  const findings: GuardFinding[] = open.length === 0 ? [] : [{ open: true, text: `it lets pass ${open.join(', ')}` }]
  const admitted = verified(policy)
  if (admitted.failure !== undefined) return [...findings, { open: false, text: `it fails: ${admitted.failure}` }]
  if (admitted.status !== undefined) {
    return [...findings, { open: false, text: `it refuses (${admitted.status}) what policy ${policy} let pass` }]
  }
  if (proof.anonymous && verified(withoutToken).status !== undefined) {
    findings.push({
      open: false,
      text: `it refuses calls without a token, which its plugin lets pass as ${withoutToken}`,
    })
  }
  if (admitted.request.some(([name]) => plainName(name).startsWith('x-mobile-gateway'))) {
    findings.push({ open: false, text: 'it leaves the mark in the request to the backend' })
  }
  return findings
}

/** What other plugins may have written on the way, of which only acl's groups can be the caller's own. */
const OTHERS: readonly string[] = [...IDENTITY_HEADERS, ...KONGS_HEADERS]

/** Which headers of somebody else a guard lets through; empty when it puts all of them right. */
export function leftByOthers(prober: Prober, { policy, kind, service }: Proof, access: readonly string[]): string[] {
  const request = REQUESTS[kind].passed(policy)
  const headers: HeaderLine[] = [...OTHERS.map((name): HeaderLine => [name, 'somebody-else']), ...request.headers]
  const outcome = prober.run({ ...request, headers, service, consumer: 'somebody-else' }, { rewrite: [], access })
  if (outcome.status !== undefined) return []
  const reached = new Map(outcome.request.map(([name, value]) => [plainName(name), value]))
  return OTHERS.filter((name) => reached.get(plainName(name)) !== new Map(Object.entries(CALLER)).get(name))
}

/** Which headers of claims a guard does not put right: where the plugin told them, and where it took them away. */
export function claimsNotPutRight(prober: Prober, proof: Proof, access: readonly string[]): string[] {
  const { policy, kind, service, claimHeaders } = proof
  return claimHeaders.filter((name) =>
    ['probe', CLEAR].some((value) => {
      const request = REQUESTS[kind].passed(policy, noteOf({ [name]: value }))
      const headers: HeaderLine[] = [[name, 'somebody-else'], ...request.headers]
      const outcome = prober.run({ ...request, headers, service }, { rewrite: [], access })
      const reached = outcome.request.filter(([each]) => plainName(each) === plainName(name)).map(([, said]) => said)
      return outcome.status === undefined && String(reached) !== String(value)
    }),
  )
}

/** Which of some policies a guard accepts. */
export function acceptedPolicy(
  prober: Prober,
  proof: Proof,
  access: readonly string[],
  policies: readonly string[],
): string | undefined {
  return policies.find((policy) => tryGuard(prober, { ...proof, policy }, access, []).length === 0)
}

/** Whether a guard compares the policy with the name of the service, whatever that is. */
export function asksForService(prober: Prober, proof: Proof, access: readonly string[]): boolean {
  const another = `${proof.policy}-of-another`
  return tryGuard(prober, { ...proof, policy: another, service: another }, access, []).length === 0
}

/** Whether a guard is the one for the other plugins: it asks for their marks, which these do not leave. */
export function isForOthers(prober: Prober, proof: Proof, access: readonly string[]): boolean {
  const kind = proof.kind === 'header' ? 'shared' : 'header'
  const others: Proof = { ...proof, kind }
  return tryGuard(prober, others, access, []).length === 0 || asksForService(prober, others, access)
}
