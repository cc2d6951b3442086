// Who is refused by a limit is counted in the metric under the limit's name: for every row of the table.
import t, { type Test } from 'tap'
import { PASSWORD_WORK } from '../../src/crypto/password-work.ts'
import type { SharedLimitName } from '../../src/limits/counted-keys.ts'
import { LIMITS, type LimitName } from '../../src/limits/table.ts'
import { Browser } from '../support/browser.ts'
import { basic } from '../support/clients.ts'
import { type MailServer, mailServer } from '../support/mail-visit.ts'
import { machine } from '../support/management.ts'
import { authorizeUrl, logIn, obtainCode, pkcePair, redeem } from '../support/phone.ts'
import { USER } from '../support/server.ts'

t.setTimeout(120_000)

const SETTINGS = {
  VISITS_PER_MINUTE: '100',
  MAILS_PER_HOUR: '20',
  SIGN_IN_GUESSES_PER_HOUR: '200',
  DEVICES_PER_HOUR: '20',
  ATTESTED_DEVICES_PER_HOUR: '20',
} as const

/** The metric, by the names of the limits. */
async function refusals({ deps }: MailServer): Promise<Readonly<Record<string, number>>> {
  const { values } = await deps.metrics.limitRefusals.get()
  return Object.fromEntries(values.map(({ labels: { limit = '' }, value }) => [limit, value]))
}

/** Gets somebody refused who has gone on beyond the limit; what that takes of a server of its own. */
type Provoke = (server: MailServer) => Promise<unknown>

/** Limits that are counted apart from all others, so that they are tried on one server. */
const BY_ADMIT = new Set<string>()

/** One attempt more than are allowed, as those who count by `admit` make them. */
function byAdmit(limit: SharedLimitName): Provoke {
  BY_ADMIT.add(limit)
  return async ({ deps }) => {
    const { allowed } = LIMITS[limit]
    const most = typeof allowed === 'number' ? allowed : Number(SETTINGS[allowed])
    for (let n = 0; n <= most; n++) await deps.limits.admit({ [limit]: { address: '192.0.2.1', about: 'somebody' } })
  }
}

async function wrongSecrets({ app }: MailServer, clientIdOf: (n: number) => string, count: number): Promise<void> {
  for (let n = 0; n < count; n++)
    await app.inject({
      method: 'POST',
      url: '/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...basic(clientIdOf(n), `guess ${n}`) },
      payload: 'grant_type=client_credentials',
    })
}

const PROVOKE: Readonly<Record<LimitName, Provoke>> = {
  visits: async ({ app }) => {
    for (let n = 0; n <= 100; n++) await app.inject(authorizeUrl(pkcePair().challenge))
  },
  clientGuesses: (server) => wrongSecrets(server, () => 'one-client', 11),
  clientGuessesByAddress: (server) => wrongSecrets(server, (n) => `client-${n}`, 101),
  managementCalls: byAdmit('managementCalls'),
  providerSignIns: byAdmit('providerSignIns'),
  providerLogouts: byAdmit('providerLogouts'),
  signInGuesses: byAdmit('signInGuesses'),
  signInGuessesByAddress: byAdmit('signInGuessesByAddress'),
  signInGuessesByAccount: byAdmit('signInGuessesByAccount'),
  signInGuessesByKnownBrowser: byAdmit('signInGuessesByKnownBrowser'),
  signInGuessesOfAll: byAdmit('signInGuessesOfAll'),
  mailsByRecipient: byAdmit('mailsByRecipient'),
  mailsByAddress: byAdmit('mailsByAddress'),
  mailsOfAll: byAdmit('mailsOfAll'),
  mailsByPerson: byAdmit('mailsByPerson'),
  newBrowserMails: byAdmit('newBrowserMails'),
  mailCodes: async (server) => {
    const visit = await server.asked('sign-up', 'eve@example.com')
    for (let n = 0; n < 6; n++) await visit.browser.submit(visit.check, '/check-mail', { code: 'x' })
  },
  mailCodesByAddress: byAdmit('mailCodesByAddress'),
  mailCodesOfAll: byAdmit('mailCodesOfAll'),
  membershipRequests: byAdmit('membershipRequests'),
  accountForms: byAdmit('accountForms'),
  portalPages: async ({ deps }) => {
    for (let n = 0; n < LIMITS.portalPages.allowed; n++) deps.limits.portalPages.admit('somebody')
    deps.limits.portalPages.admit('somebody else')
    try {
      deps.limits.portalPages.admit('somebody')
    } catch {}
  },
  portalForms: byAdmit('portalForms'),
  teamInvitationsByApplication: byAdmit('teamInvitationsByApplication'),
  teamInvitationsByPerson: byAdmit('teamInvitationsByPerson'),
  teamInvitationsByRecipient: byAdmit('teamInvitationsByRecipient'),
  apiInvitationsByRecipient: byAdmit('apiInvitationsByRecipient'),
  apiInvitationsByInviter: byAdmit('apiInvitationsByInviter'),
  appLinkChecks: byAdmit('appLinkChecks'),
  trials: byAdmit('trials'),
  secondFactorGuesses: byAdmit('secondFactorGuesses'),
  recoveryCodeGuesses: byAdmit('recoveryCodeGuesses'),
  devicesByAddress: byAdmit('devicesByAddress'),
  devicesByApp: byAdmit('devicesByApp'),
  attestedDevicesByAddress: byAdmit('attestedDevicesByAddress'),
  attestedDevicesByApp: byAdmit('attestedDevicesByApp'),
  attestationsByAddress: byAdmit('attestationsByAddress'),
  preparations: async (server) => {
    const { ask } = await machine(server)
    const set = () => ask('PUT', '/apis/orders-api/document', { body: { document: 'x' }, headers: { 'if-match': '*' } })
    await Promise.all([set(), set()])
  },
  pages: async ({ app }) => {
    await Promise.all(Array.from({ length: 600 }, () => app.inject('/interaction/logout')))
  },
  passwordChecks: async ({ app }) => {
    const browsers = []
    for (let n = 0; n < 60; n++) {
      const browser = new Browser(app)
      browsers.push({ browser, page: await browser.open(authorizeUrl(pkcePair().challenge)) })
    }
    const { compare } = PASSWORD_WORK
    const released = Promise.withResolvers<void>()
    PASSWORD_WORK.compare = (data, hash) => released.promise.then(() => compare(data, hash))
    // Each of another account, so that no guess is one too many.
    const logins = browsers.map(({ browser, page }, n) =>
      logIn(browser, page, { ...USER, email: `nobody${n}@example.com` }),
    )
    // Nobody else is answered before the passwords are looked at.
    await Promise.race(logins)
    PASSWORD_WORK.compare = compare
    released.resolve()
    await Promise.all(logins)
  },
  codeVerifiers: async ({ app }) => {
    const { code } = await obtainCode(app)
    for (let n = 0; n < 4; n++) await redeem(app, code, pkcePair().verifier)
  },
}

async function countsRefusals(t: Test, server: MailServer, limit: string, provoke: Provoke): Promise<void> {
  const before = await refusals(server)
  t.strictSame(Object.keys(before).toSorted(), Object.keys(LIMITS).toSorted())
  t.equal(before[limit], 0)
  await provoke(server)
  const after = await refusals(server)
  t.ok((after[limit] ?? 0) >= 1, JSON.stringify(after))
  t.strictSame({ ...after, [limit]: 0 }, before, 'and nobody else refused anything')
}

t.test('the metric has the names of the table, and counts who is refused by', async (t) => {
  const shared = await mailServer(t, SETTINGS)
  for (const [limit, provoke] of Object.entries(PROVOKE))
    await t.test(limit, async (t) => {
      const server = BY_ADMIT.has(limit) ? shared : await mailServer(t, SETTINGS)
      await countsRefusals(t, server, limit, provoke)
    })
})

t.test('a code is of no use after three wrong verifiers: the right one is refused as well, and counted', async (t) => {
  const server = await mailServer(t)
  const { code, verifier } = await obtainCode(server.app)
  for (let n = 0; n < 3; n++) await redeem(server.app, code, pkcePair().verifier)
  t.equal((await refusals(server)).codeVerifiers, 0)
  t.match((await redeem(server.app, code, verifier)).json(), { error: 'invalid_grant' })
  t.equal((await refusals(server)).codeVerifiers, 1)
})
