// Proves by probes that a guard refuses what our plugins did not let pass, and lets pass what they did.
import { HAND_OVER_KEY, passName } from '@mobile-api-gateway/kong-plugins/hand-over.ts'
import { mark } from '@mobile-api-gateway/kong-plugins/stages/quota/answers.ts'
import type { Outcome, Prober } from './probe.ts'
import { plainName } from './stripping.ts'

/** What the plugins of a route leave behind for its guard. */
export interface Proof {
  readonly policy: string
  /** `header`: the mark of mobile-gateway; otherwise the stages that each leave the policy in `kong.ctx.shared`. */
  readonly kind: 'header' | readonly string[]
  /** The plugin lets calls without a token pass, by a name of their own. */
  readonly anonymous: boolean
}

const minute = { scope: 'subject', name: 'minute', limit: 60, remaining: 59, resetSeconds: 42 } as const

/** The mark as mobile-gateway writes it. */
const markOf = (policy: string): string => mark(policy, { kind: 'admitted', windows: [minute], tightest: minute })

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
  const { policy, kind } = proof
  const withoutToken = passName(policy, { kind: 'anonymous', address: '192.0.2.1' })
  const verified = (name: string, missing?: string): Outcome => {
    if (kind === 'header') return prober.run({ headers: [['X-Mobile-Gateway', markOf(name)]] }, { rewrite: [], access })
    const stages = kind.filter((stage) => stage !== missing).map((stage) => [stage, name])
    return prober.run({ headers: [], shared: { [HAND_OVER_KEY]: Object.fromEntries(stages) } }, { rewrite: [], access })
  }
  const forged = ['X-Mobile-Gateway', 'X_Mobile_Gateway'].map((name): [string, Outcome] => {
    return [name, prober.run({ headers: [[name, markOf(policy)]] }, { rewrite, access })]
  })
  const probes: (readonly [what: string, outcome: Outcome])[] = [
    ['a request that no plugin has verified', prober.run({ headers: [] }, { rewrite, access })],
    ['a mark that is none', prober.run({ headers: [['X-Mobile-Gateway', 'yes']] }, { rewrite: [], access })],
    ['the mark of another policy', verified(`${policy}-of-another`)],
    ['the mark of another policy', verified(`another-${policy}`)],
    ...(proof.anonymous
      ? []
      : [['a call without a token, which the plugin would refuse', verified(withoutToken)] as const]),
    ...(rewrite.length === 0
      ? []
      : forged.map(([name, outcome]) => [`${name} as a client sends it`, outcome] as const)),
    ...(kind === 'header'
      ? []
      : kind.map((stage) => [`a request without the mark of the ${stage} stage`, verified(policy, stage)] as const)),
  ]
  const open = [
    ...new Set(probes.filter(([, { status }]) => status === undefined || status < 400).map(([what]) => what)),
  ]
  const findings: GuardFinding[] = open.length === 0 ? [] : [{ open: true, text: `it lets pass ${open.join(', ')}` }]
  const passed = verified(policy)
  if (passed.failure !== undefined) return [...findings, { open: false, text: `it fails: ${passed.failure}` }]
  if (passed.status !== undefined) {
    return [...findings, { open: false, text: `it refuses (${passed.status}) what policy ${policy} let pass` }]
  }
  if (proof.anonymous && verified(withoutToken).status !== undefined) {
    findings.push({
      open: false,
      text: `it refuses calls without a token, which its plugin lets pass as ${withoutToken}`,
    })
  }
  if (passed.request.some(([name]) => plainName(name) === 'x-mobile-gateway')) {
    findings.push({ open: false, text: 'it leaves the mark in the request to the backend' })
  }
  return findings
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
