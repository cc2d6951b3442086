// The table of all settings of the auth server; `npm run docs` makes docs/configuration.md of it.
import { certificates, optionalAddress } from './certificates.ts'
import { developmentStack } from './development-stack.ts'
import { mailSender, mailUrl } from './mail.ts'
import { contacts, shownLink, shownLogo, shownName } from './operator.ts'
import {
  addressRanges,
  databaseUrl,
  flag,
  host,
  hostNames,
  integer,
  oneOf,
  optionalDatabaseUrl,
  optionalListenAddress,
  origin,
  reachedOrigins,
  secretBytes,
} from './parse.ts'
import type { Parsed, Setting } from './setting.ts'
import { TRACING_SETTINGS } from './tracing.ts'

const SIGN_UP = ['open', 'closed'] as const
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
/**
 * What stands between us and PostgreSQL: nothing, or a pooler that gives a connection one session for its whole life
 * (`session`), or one that may give each transaction another session (`transaction`).
 */
export const POOLERS = ['session', 'transaction'] as const
export type Pooler = (typeof POOLERS)[number]

/** A new setting is a row here; `readConfig` returns it under its name. */
export const SETTINGS = {
  issuer: {
    variable: 'ISSUER',
    description:
      'Public origin of the server without a trailing slash: the `iss` of every token (RFC 8414 §2). It has to be https; ' +
      'http is accepted on localhost only',
    byDefault: 'http://localhost:4000',
    parse: origin,
  },
  host: {
    variable: 'HOST',
    description: 'Host name or address to listen on; `0.0.0.0` or `::` for every address of the machine',
    byDefault: '127.0.0.1',
    parse: host,
  },
  port: {
    variable: 'PORT',
    description: 'TCP port to listen on; 0 for any free one',
    byDefault: '4000',
    parse: integer(0, 65_535),
  },
  databaseUrl: {
    variable: 'DATABASE_URL',
    description: 'PostgreSQL 15 or newer, like `postgresql://user:password@host:5432/auth`; migrations run at start',
    parse: databaseUrl,
  },
  migrationDatabaseUrl: {
    variable: 'MIGRATION_DATABASE_URL',
    description:
      'The same database as another role, which owns the tables: migrations run under it at start, and give the role of ' +
      '`DATABASE_URL` what the server needs. That role then cannot change or delete what is in the audit log. Left out, ' +
      'migrations run under `DATABASE_URL`',
    byDefault: '',
    parse: optionalDatabaseUrl,
  },
  databasePooler: {
    variable: 'DATABASE_POOLER',
    description:
      '`transaction` behind a pooler that gives each transaction another session (`pool_mode = transaction` of PgBouncer): ' +
      'statements are not prepared and go one by one then, and applications are read anew at each request. `session` ' +
      'otherwise, also without a pooler',
    byDefault: 'session',
    parse: oneOf(POOLERS, 'session (also without a pooler) or transaction'),
  },
  trustedProxies: {
    variable: 'TRUSTED_PROXIES',
    description:
      'Addresses and CIDR ranges of your load balancers, with commas between them. Their `X-Forwarded-For` tells the ' +
      "caller's address; without it, limits by address count the load balancer as one caller",
    byDefault: '',
    parse: addressRanges,
  },
  visitsPerMinute: {
    variable: 'VISITS_PER_MINUTE',
    description:
      'Sign-ins that one address may begin in a minute at one instance (an IPv6 /64 counts as one address, a /48 may begin ' +
      'four times as many); 0 for no limit',
    unit: 'per minute',
    byDefault: '1000',
    parse: integer(0, 999_999_999, '; 0 for no limit'),
  },
  signInGuessesPerHour: {
    variable: 'SIGN_IN_GUESSES_PER_HOUR',
    description:
      'Wrong passwords, of all accounts together, after which browsers that have never signed in to an account wait; it ' +
      'bounds those who try one password at many accounts from many addresses. 0 for no limit',
    unit: 'per hour',
    byDefault: '10000',
    parse: integer(0, 999_999_999, '; 0 for no limit'),
  },
  mailsPerHour: {
    variable: 'MAILS_PER_HOUR',
    description: 'Mails that are sent because anybody asked (sign-up, forgotten password), in all; 0 for no limit',
    unit: 'per hour',
    byDefault: '1000',
    parse: integer(0, 999_999_999, '; 0 for no limit'),
  },
  devicesPerHour: {
    variable: 'DEVICES_PER_HOUR',
    description:
      'Devices that one app may register without an account (guests) in an hour, from all addresses together: what bounds ' +
      'those who make guests in bulk',
    unit: 'per hour',
    byDefault: '1000',
    parse: integer(1, 999_999_999),
  },
  attestedDevicesPerHour: {
    variable: 'ATTESTED_DEVICES_PER_HOUR',
    description:
      'The same of devices that a phone has vouched for (docs/app-links.md); each of those costs who makes guests in bulk a phone',
    unit: 'per hour',
    byDefault: '10000',
    parse: integer(1, 999_999_999),
  },
  appleAttestationRoots: {
    variable: 'APPLE_ATTESTATION_ROOTS',
    description: "A file in PEM with the roots that App Attest is believed by; Apple's if left out",
    byDefault: '',
    parse: certificates,
  },
  androidAttestationRoots: {
    variable: 'ANDROID_ATTESTATION_ROOTS',
    description:
      "A file in PEM with the roots that Android's key attestation is believed by; both of Google's if left out",
    byDefault: '',
    parse: certificates,
  },
  appAttestDevelopment: {
    variable: 'APP_ATTEST_DEVELOPMENT',
    description:
      '`true`: apps that were started from Xcode are attested as well, which anybody with their source can do',
    byDefault: 'false',
    parse: flag,
  },
  androidRevocationList: {
    variable: 'ANDROID_REVOCATION_LIST',
    description:
      'Where the list of revoked Android certificates is fetched, which is `https://android.googleapis.com/attestation/status`. ' +
      'Left out, none is looked at, and this server asks nobody',
    byDefault: '',
    parse: optionalAddress,
  },
  androidRevocationRequired: {
    variable: 'ANDROID_REVOCATION_REQUIRED',
    description: '`true`: while that list has never been had, no attestation counts. `false`: they count without it',
    byDefault: 'true',
    parse: flag,
  },
  sessionPersists: {
    variable: 'SESSION_PERSISTS',
    description:
      '`true`: people stay signed in for 14 days. `false`: at most until their browser ends, which on phones is each time ' +
      'that it is closed',
    byDefault: 'true',
    parse: flag,
  },
  drainSeconds: {
    variable: 'DRAIN_SECONDS',
    description: 'How long the server goes on listening after SIGTERM while `/health/ready` answers 503; 0 to 8',
    unit: 'seconds',
    byDefault: '3',
    parse: integer(0, 8),
  },
  logLevel: {
    variable: 'LOG_LEVEL',
    description: `Least severe entries that are logged: ${LOG_LEVELS.map((level) => `\`${level}\``).join(', ')}`,
    byDefault: 'info',
    parse: oneOf(LOG_LEVELS),
  },
  signUp: {
    variable: 'SIGN_UP',
    description: '`open`: people make accounts themselves, by mail. `closed`: accounts are made by you alone',
    byDefault: 'open',
    parse: oneOf(SIGN_UP, 'open or closed'),
  },
  mailUrl: {
    variable: 'MAIL_URL',
    description:
      'The server that takes your mail, like `smtps://user:password@smtp.example.com` (TLS from the start, port 465) or ' +
      '`smtp://…` (STARTTLS, port 587). STARTTLS is required but on this machine, or with `?requireTLS=false` behind it. ' +
      'Left out, nobody can sign up or get a new password; those pages say so',
    byDefault: '',
    parse: mailUrl,
  },
  mailFrom: {
    variable: 'MAIL_FROM',
    description: 'Who mails come from, like `Example <no-reply@example.com>`; needed with `MAIL_URL`',
    byDefault: 'no-reply@localhost',
    parse: mailSender,
  },
  development: {
    variable: 'DEVELOPMENT',
    description:
      'Set by `npm start` and by nobody else: mails may be kept in a folder (`MAIL_URL=file:///…`), and their links and ' +
      'codes are printed. The server does not start with it when `ISSUER` is https',
    byDefault: 'false',
    parse: flag,
  },
  developmentStack: {
    variable: 'DEVELOPMENT_STACK',
    description:
      'Set by `npm start` and by nobody else: what its page at `/` shows, in JSON. The server does not start with it ' +
      'without `DEVELOPMENT`',
    byDefault: '',
    parse: developmentStack,
  },
  catalogueFile: {
    variable: 'CATALOGUE_FILE',
    description:
      'The catalogue file. The server itself reads of it, once, when it starts, the identity providers by which people can ' +
      'sign in ([providers.md](providers.md)), and the [hooks](hooks.md); all else is imported ([catalogue.md](catalogue.md))',
    byDefault: '',
    parse: (text): Parsed<string | undefined> => ({ value: text === '' ? undefined : text }),
  },
  applicationsPerDeveloper: {
    variable: 'APPLICATIONS_PER_DEVELOPER',
    description:
      'How many applications one developer may make; administrators and machine clients make as many as they like',
    byDefault: '100',
    parse: integer(1, 100_000),
  },
  eventHosts: {
    variable: 'EVENT_HOSTS',
    description:
      'Host names or addresses of your own network, with commas between them, to which events of APIs and [hooks](hooks.md) may be sent ' +
      '([backends.md](../../kong-plugins/docs/backends.md#when-a-sub-ends)), also by plain http. Other receivers have ' +
      'to be public and https',
    byDefault: '',
    parse: hostNames,
  },
  gatewayAddresses: {
    variable: 'GATEWAY_ADDRESSES',
    description:
      'Where this server reaches the gateways that its page “Try it” calls, if not as everybody does: ' +
      '`https://api.example.com=https://10.0.0.5:8443`, with commas between several. An origin without `=` is called as it ' +
      'is, also where its name leads into your own network. All others have to be public and https',
    byDefault: '',
    parse: reachedOrigins,
  },
  operatorName: {
    variable: 'OPERATOR_NAME',
    description: 'Who runs this server, as people see it at the foot of every page; at most 80 characters',
    byDefault: '',
    parse: shownName,
  },
  operatorLogo: {
    variable: 'OPERATOR_LOGO',
    description:
      'Image to show instead of the name: a file (SVG, PNG, JPEG or WebP, at most 32 KiB) or an https address',
    byDefault: '',
    parse: shownLogo,
  },
  operatorHelpUrl: {
    variable: 'OPERATOR_HELP_URL',
    description: 'Where people find help: an https address or one like `mailto:help@example.com`',
    byDefault: '',
    parse: shownLink({ mayMail: true }),
  },
  operatorPrivacyUrl: {
    variable: 'OPERATOR_PRIVACY_URL',
    description: 'The https address of your privacy policy',
    byDefault: '',
    parse: shownLink(),
  },
  operatorTermsUrl: {
    variable: 'OPERATOR_TERMS_URL',
    description: 'The https address of your terms of use',
    byDefault: '',
    parse: shownLink(),
  },
  securityContacts: {
    variable: 'SECURITY_CONTACT',
    description:
      'Whom to tell of a weakness in your installation, as `/.well-known/security.txt` says (RFC 9116): addresses like ' +
      '`mailto:security@example.com` or `https://example.com/report`, with commas between several, the preferred one first. ' +
      'Left out, there is no such file',
    byDefault: '',
    parse: contacts,
  },
  metricsListen: {
    variable: 'AUTH_METRICS_LISTEN',
    description:
      'Where `GET /metrics` answers Prometheus, like `127.0.0.1:9465`; nowhere if left out. Whoever can reach it reads how ' +
      'much the server is used, so let only those who watch it',
    byDefault: '',
    parse: optionalListenAddress,
  },
  ...TRACING_SETTINGS,
  auditDays: {
    variable: 'AUDIT_DAYS',
    description:
      'For how long events of the audit log are kept, 90 days at least; 0 for as long as the database is there. What is older ' +
      'ends from the beginning, and the chain of the rest still holds',
    unit: 'days',
    byDefault: '0',
    parse: auditDays,
  },
  passwordPepper: secret('PASSWORD_PEPPER', 'keys the digest of every password'),
  previousPasswordPepper: previous(
    'PASSWORD_PEPPER',
    'Passwords that are keyed with it go on signing in, and each is keyed with the new one when it does; who has not ' +
      'signed in when it is taken away needs a new password',
  ),
  tokenSecret: secret('TOKEN_SECRET', 'authenticates refresh tokens; cannot mint one'),
  previousTokenSecret: previous(
    'TOKEN_SECRET',
    'Refresh tokens that it has authenticated go on, and each refresh replaces one; what is left when it is taken away is logged out',
  ),
  cookieSecret: secret('COOKIE_SECRET', 'signs form tokens and sessions'),
  previousCookieSecret: previous(
    'COOKIE_SECRET',
    'Pages, forms and links in mails from before go on; taken away, they have to be begun anew. Who is signed in stays so either way',
  ),
  keyEncryptionKey: secret('KEY_ENCRYPTION_KEY', 'encrypts the private signing keys and other secrets in the database'),
  previousKeyEncryptionKey: previous(
    'KEY_ENCRYPTION_KEY',
    'What it has encrypted is still read; `npm run reseal` encrypts it anew, and says when this can be taken away',
  ),
} as const satisfies Readonly<Record<string, Setting<unknown>>>

function auditDays(text: string): Parsed<number> {
  const days = integer(0, 36_500)(text)
  return 'value' in days && (days.value === 0 || days.value >= 90)
    ? days
    : { problem: 'has to be a number of days from 90 to 36500, or 0' }
}

/** A secret that the server cannot do without. */
function secret(variable: string, purpose: string): Setting<string> {
  return { variable, description: purpose, secret: true, parse: secretBytes(purpose) }
}

/** The value that a secret has replaced, or is to be replaced by: accepted as well (docs/secrets.md). */
function previous(variable: string, meaning: string): Setting<string | undefined> {
  const parse = secretBytes(`is accepted beside ${variable}`)
  return {
    variable: `${variable}_PREVIOUS`,
    description: `The value that \`${variable}\` has replaced, or will have next ([how](secrets.md)). ${meaning}`,
    byDefault: '',
    secret: true,
    parse: (text) => (text === '' ? { value: undefined } : parse(text)),
  }
}
