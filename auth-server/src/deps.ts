// What routes and jobs are given to work with; opened once, by main or by a test.
import type { Config } from './config.ts'
import { type Hooks, NO_HOOKS } from './delivery/hooks/hooks.ts'
import { openMailer } from './delivery/mail/index.ts'
import type { Mailer } from './delivery/mail/mailer.ts'
import { type Cookies, cookiesFor } from './http/cookies.ts'
import { type FindTrust, openTrust } from './identity/attestation/trust.ts'
import { NO_PROVIDERS, type Providers } from './identity/federation/providers.ts'
import { answersOf } from './identity/told-answers.ts'
import { type Limits, openLimits } from './limits/index.ts'
import { LIMITS } from './limits/table.ts'
import type { JobRuns } from './metrics/job-runs.ts'
import { type Metrics, openMetrics } from './metrics/metrics.ts'
import type { Db } from './store/database.ts'
import { type Clients, readClients } from './store/kept-clients.ts'
import { type KeyRing, openKeyRing } from './tokens/signing-keys.ts'

export interface Deps {
  readonly config: Config
  readonly db: Db
  /** Applications as the protocol sees them. */
  readonly clients: Clients
  readonly keys: KeyRing
  readonly cookies: Cookies
  readonly limits: Limits
  readonly metrics: Metrics
  /** How the background jobs of this process fare. */
  readonly jobs: JobRuns
  /** Whom attestations of devices are believed by. */
  readonly findTrust: FindTrust
  /** None where the server has not been told how to send mail. */
  readonly mailer: Mailer | undefined
  /** By which people can sign in. */
  readonly providers: Providers
  /** Who is asked before something happens, and told afterwards. */
  readonly hooks: Hooks
  /** What a person has answered to the form of an API, as backends are told it. */
  readonly answersOf: typeof answersOf
}

/** Opens what stands on a database; nothing of it has to be closed, but for the mailer when it has sent something. */
export async function openDeps(
  config: Config,
  db: Db,
  {
    providers = NO_PROVIDERS,
    hooks = NO_HOOKS,
    clients = readClients(db),
  }: Readonly<{ providers?: Providers; hooks?: Hooks; clients?: Clients }> = {},
): Promise<Deps> {
  const metrics = openMetrics()
  // A rate needs something to begin with.
  for (const limit of Object.keys(LIMITS)) metrics.limitRefusals.inc({ limit }, 0)
  return {
    config,
    db,
    clients,
    keys: await openKeyRing(db, config.keyEncryptionKeys),
    cookies: cookiesFor(config.issuer),
    limits: openLimits(db, config, (limit) => metrics.limitRefusals.inc({ limit })),
    metrics,
    jobs: new Map(),
    findTrust: openTrust(config),
    mailer: openMailer(config),
    providers,
    hooks,
    answersOf,
  }
}
