// Configuration: every problem in one go, no secret in a message, and what is accepted is frozen.

import t from 'tap'
import { POOLERS } from '../src/config/settings.ts'
import { readConfig } from '../src/config.ts'
import { randomSecret } from '../src/crypto/random.ts'
import { problemsOf, SOUND } from './support/config.ts'

t.test('what is left out has a default that listens on this machine only', async (t) => {
  const config = readConfig(SOUND)
  t.match(config, { issuer: 'http://localhost:4000', host: '127.0.0.1', port: 4000, logLevel: 'info' })
  t.ok(Object.isFrozen(config))
})

t.test('an empty variable counts as left out', async (t) => {
  t.match(readConfig({ ...SOUND, ISSUER: '', HOST: '', PORT: '', LOG_LEVEL: '' }), {
    issuer: 'http://localhost:4000',
    host: '127.0.0.1',
    port: 4000,
    logLevel: 'info',
  })
})

t.test('HOST may be an IPv6 address with or without brackets', async (t) => {
  for (const HOST of ['::1', '[::1]']) t.equal(readConfig({ ...SOUND, HOST }).host, '::1')
})

t.test('AUTH_METRICS_LISTEN is an address to listen on; without a host, of this machine only', async (t) => {
  t.equal(readConfig(SOUND).metricsListen, undefined)
  const cases: readonly (readonly [string, string, number])[] = [
    ['9465', '127.0.0.1', 9465],
    ['0.0.0.0:9465', '0.0.0.0', 9465],
    ['[::1]:9465', '::1', 9465],
    ['metrics.internal:0', 'metrics.internal', 0],
  ]
  for (const [text, host, port] of cases)
    t.strictSame(readConfig({ ...SOUND, AUTH_METRICS_LISTEN: text }).metricsListen, { host, port })
  for (const text of ['localhost', 'localhost:', ':::9465', '127.0.0.1:65536', 'http://localhost:9465', '1 2:9465'])
    t.strictSame(problemsOf({ ...SOUND, AUTH_METRICS_LISTEN: text }), [
      'AUTH_METRICS_LISTEN is an address to listen on, like 127.0.0.1:9465',
    ])
})

t.test('an empty environment: everything that is missing, each with what to do', async (t) => {
  const problems = problemsOf({})
  t.strictSame(
    problems.map((line) => line.split(' ')[0]),
    ['DATABASE_URL', 'PASSWORD_PEPPER', 'TOKEN_SECRET', 'COOKIE_SECRET', 'KEY_ENCRYPTION_KEY'],
  )
  for (const line of problems) t.match(line, /use something like postgresql:|make one with: openssl/)
})

t.test('several mistakes at once are all named', async (t) => {
  const problems = problemsOf({ ...SOUND, ISSUER: 'nonsense', PORT: 'http', LOG_LEVEL: 'loud', TOKEN_SECRET: 'short' })
  t.strictSame(problems.map((line) => line.split(' ')[0]).sort(), ['ISSUER', 'LOG_LEVEL', 'PORT', 'TOKEN_SECRET'])
})

t.test('ISSUER is an origin: https, or http on this machine (RFC 8414 §2)', async (t) => {
  for (const issuer of [
    'https://login.example.com',
    'https://login.example.com:8443',
    'http://localhost:4000',
    'http://127.0.0.1:4000',
    'http://[::1]:4000',
    'https://[2001:db8::1]:8443',
    'https://xn--mller-kva.example',
  ])
    t.equal(readConfig({ ...SOUND, ISSUER: issuer }).issuer, issuer)
  const rows: [string, RegExp][] = [
    ['http://login.example.com', /has to be https/],
    ['http://localhost.example.com', /has to be https/],
    ['http://127.0.0.1.example.com', /has to be https/],
    ['ftp://login.example.com', /has to be https/],
    ['com.example:x', /has to be https/],
    ['https://login.example.com/', /use https:\/\/login\.example\.com$/],
    ['https://login.example.com/auth', /use https:\/\/login\.example\.com$/],
    ['https://login.example.com?x=1', /use https:\/\/login\.example\.com$/],
    ['https://login.example.com:443', /use https:\/\/login\.example\.com$/],
    ['https://Login.Example.com', /use https:\/\/login\.example\.com$/],
    ['https://user:pw@login.example.com', /use https:\/\/login\.example\.com$/],
    ['login.example.com', /not a URL/],
    ['https://[fe80::1%25eth0]', /not a URL/],
    ['https://login_server.example.com', /letters, digits and hyphens/],
    ['https://login.example.com.', /letters, digits and hyphens/],
    ['https://-login.example.com', /letters, digits and hyphens/],
    ['https://login..example.com', /letters, digits and hyphens/],
    ['https://login;x.example.com', /letters, digits and hyphens/],
    ["https://login'.example.com", /letters, digits and hyphens/],
    [`https://${'x'.repeat(64)}.example.com`, /letters, digits and hyphens/],
  ]
  for (const [issuer, says] of rows) t.match(problemsOf({ ...SOUND, ISSUER: issuer }), [says], issuer)
})

t.test('PORT is a number', async (t) => {
  for (const port of ['0', '80', '65535']) t.equal(readConfig({ ...SOUND, PORT: port }).port, Number(port))
  for (const port of ['-1', '65536', '80.5', '0x50', '1e3', 'http', ' '])
    t.match(problemsOf({ ...SOUND, PORT: port }), [/^PORT has to be a number/], port)
})

t.test('LOG_LEVEL is one that exists', async (t) => {
  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    t.equal(readConfig({ ...SOUND, LOG_LEVEL: level }).logLevel, level)
  t.match(problemsOf({ ...SOUND, LOG_LEVEL: 'verbose' }), [/^LOG_LEVEL is one of .*info/])
})

t.test('DATABASE_URL is a PostgreSQL URL; what is in it is not repeated', async (t) => {
  for (const url of ['postgres://h/db', 'postgresql:///db?host=/run/postgresql'])
    t.equal(readConfig({ ...SOUND, DATABASE_URL: url }).databaseUrl, url)
  for (const url of ['mysql://u:hidden@h/db', 'localhost:5432', 'postgresql://u:hidden@[h/db']) {
    const problems = problemsOf({ ...SOUND, DATABASE_URL: url })
    t.match(problems, [/^DATABASE_URL is not a PostgreSQL URL/])
    t.notMatch(problems.join(), /hidden/)
  }
})

t.test('secrets hold 32 bytes at least; a short one is refused and not repeated', async (t) => {
  t.strictSame(problemsOf({ ...SOUND, TOKEN_SECRET: randomSecret(48) }), [])
  for (const weak of ['hunter2hunter2', randomSecret(31), '!'.repeat(64)]) {
    const problems = problemsOf({ ...SOUND, TOKEN_SECRET: weak })
    t.match(problems, [/^TOKEN_SECRET .*32 random bytes/])
    t.notOk(problems.join().includes(weak))
  }
})

t.test('DATABASE_POOLER is session, also when it is left out, or transaction', async (t) => {
  t.equal(readConfig(SOUND).databasePooler, 'session')
  for (const pooler of POOLERS) t.equal(readConfig({ ...SOUND, DATABASE_POOLER: pooler }).databasePooler, pooler)
  t.match(problemsOf({ ...SOUND, DATABASE_POOLER: 'statement' }), [/^DATABASE_POOLER is session .* or transaction$/])
})

t.test('TRUSTED_PROXIES lists addresses and ranges', async (t) => {
  t.same(readConfig({ ...SOUND, TRUSTED_PROXIES: '10.0.0.0/8, ::1 192.168.1.5' }).trustedProxies, [
    '10.0.0.0/8',
    '::1',
    '192.168.1.5',
  ])
  for (const wrong of ['*', 'true', '10.0.0.0/33', 'proxy.example.com', '10.0.0.0/8/8', '::1/129'])
    t.match(problemsOf({ ...SOUND, TRUSTED_PROXIES: wrong }), [/^TRUSTED_PROXIES lists addresses or ranges/], wrong)
})

t.test('SESSION_PERSISTS is on unless it is switched off', async (t) => {
  for (const word of [undefined, '', 'true', 'on', 'yes', '1'])
    t.equal(readConfig({ ...SOUND, SESSION_PERSISTS: word }).sessionPersists, true, `${word}`)
  for (const word of ['false', 'off', 'no', '0'])
    t.equal(readConfig({ ...SOUND, SESSION_PERSISTS: word }).sessionPersists, false, word)
  for (const word of ['maybe', '14d', ' '])
    t.match(problemsOf({ ...SOUND, SESSION_PERSISTS: word }), [/^SESSION_PERSISTS is true or false/], word)
})

t.test('GATEWAY_ADDRESSES says of origins where this server reaches them', async (t) => {
  const read = (GATEWAY_ADDRESSES: string) => readConfig({ ...SOUND, GATEWAY_ADDRESSES }).gatewayAddresses
  t.equal(readConfig(SOUND).gatewayAddresses.size, 0)
  t.strictSame(
    [
      ...read(
        'http://localhost:8000=http://kong:8000, https://api.example.com,https://b.example=https://[fd00::1]:8443',
      ),
    ],
    [
      ['http://localhost:8000', 'http://kong:8000'],
      ['https://api.example.com', 'https://api.example.com'],
      ['https://b.example', 'https://[fd00::1]:8443'],
    ],
  )
  for (const wrong of [
    'kong:8000',
    'https://api.example.com/',
    'https://api.example.com/mobile=http://kong:8000',
    'https://api.example.com=',
    'https://api.example.com=kong',
    'https://a.example=https://b.example=https://c.example',
    'https://user@api.example.com',
    'ftp://api.example.com',
    'https://API.example.com',
  ])
    t.match(problemsOf({ ...SOUND, GATEWAY_ADDRESSES: wrong }), [/^GATEWAY_ADDRESSES lists origins/], wrong)
})
