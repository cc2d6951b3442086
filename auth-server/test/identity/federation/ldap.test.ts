// LDAP against OpenLDAP's slapd: whom the directory knows by name and password, and what never gets as far as a bind.
import { createServer } from 'node:net'
import t, { type Test } from 'tap'
import { readProviders } from '../../../src/identity/federation/configure.ts'
import { WrongCredentials } from '../../../src/identity/federation/provider.ts'
import { failureInWords } from '../../../src/interaction/provider-trial/failure.ts'
import { inBrief, serializeError } from '../../../src/logger/brief-error.ts'
import { listen } from '../../support/site.ts'
import { BASE_DN, SERVICE, startSlapd, withoutSlapd } from '../../support/slapd.ts'
import { catalogueOf } from '../../support/upstream.ts'

const ISSUER = 'http://localhost:4000'
const COMMA = 'cn=Appleseed\\, Bob,ou=people,dc=corp,dc=example'
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

function person(dn: string, attributes: Readonly<Record<string, string>>): string {
  const lines = { objectClass: 'inetOrgPerson', sn: 'x', ...attributes }
  return [`dn: ${dn}`, ...Object.entries(lines).map(([name, value]) => `${name}: ${value}`)].join('\n')
}

const ENTRIES = [
  'dn: ou=people,dc=corp,dc=example\nobjectClass: organizationalUnit\nou: people',
  'dn: ou=groups,dc=corp,dc=example\nobjectClass: organizationalUnit\nou: groups',
  person('uid=ada,ou=people,dc=corp,dc=example', {
    uid: 'ada',
    cn: 'Ada',
    mail: 'ada@corp.example',
    userPassword: 'of ada',
  }),
  person(COMMA, { uid: 'bob', cn: 'Appleseed, Bob', mail: 'bob@corp.example', userPassword: 'of bob' }),
  person('uid=twin,ou=people,dc=corp,dc=example', { uid: 'twin', cn: 'One', userPassword: 'of twin' }),
  person('cn=other,ou=people,dc=corp,dc=example', { uid: 'twin', cn: 'other', userPassword: 'of twin' }),
  person('uid=none,ou=people,dc=corp,dc=example', { uid: 'none', cn: 'None' }),
  'dn: cn=staff,ou=groups,dc=corp,dc=example\nobjectClass: groupOfNames\ncn: staff\nmember: uid=ada,ou=people,dc=corp,dc=example',
  'dn: ou=elsewhere,dc=corp,dc=example\nobjectClass: referral\nobjectClass: extensibleObject\nou: elsewhere\nref: ldap://127.0.0.1:9/dc=evil',
].join('\n\n')

type Settings = Record<string, string | boolean | string[]>

async function open(t: Test, changes: Settings) {
  const settings = {
    kind: 'ldap',
    base_dn: BASE_DN,
    bind_dn: SERVICE.dn,
    bind_password_variable: 'LDAP_SECRET',
    email_domains: ['corp.example'],
    ...changes,
  }
  const known = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== ''))
  const environment: Record<string, string> = {
    ...(await catalogueOf(t, { corp: known })),
    LDAP_SECRET: SERVICE.password,
  }
  const providers = await readProviders({ catalogueFile: environment.CATALOGUE_FILE, issuer: ISSUER }, environment)
  const provider = providers.find('corp')
  if (!provider) throw new Error('it is not there')
  const asked = { redirectUri: '', state: 's', nonce: 'n', codeVerifier: 'v', isFresh: true, ownPage: `${ISSUER}/page` }
  const signIn = (name: string, password: string) =>
    provider.finish({ ...asked, parameters: new URLSearchParams({ name, password }) })
  const isWrong = async (name: string, password: string) =>
    (await signIn(name, password).catch((error) => error)) instanceof WrongCredentials
  return { provider, signIn, isWrong }
}

t.test('what a directory says of somebody beside a number is told in a trial, and never in a log', async (t) => {
  const said = 'no room for uid=ada,ou=people'
  // A BindResponse (RFC 4511 §4.2.2) to whatever is asked: busy.
  const server = createServer((socket) =>
    socket.on('data', ({ 4: messageId = 0 }) => {
      const text = Buffer.from(said)
      const result = [0x0a, 1, 51, 0x04, 0, 0x04, text.length, ...text]
      const message = [0x02, 1, messageId, 0x61, result.length, ...result]
      socket.write(Buffer.from([0x30, message.length, ...message]))
    }),
  )
  const { signIn } = await open(t, { url: `ldap://localhost:${await listen(t, server)}` })
  const error: unknown = await signIn('ada', 'of ada').catch((error) => error)
  t.equal(inBrief(error), 'the directory answered 51 (Busy)')
  t.notMatch(JSON.stringify(serializeError(error)), /ada/)
  t.match(failureInWords(error), said)
})

t.test('a directory', { skip: withoutSlapd }, async (t) => {
  const slapd = await startSlapd(t, ENTRIES)
  const { url } = slapd

  t.test('knows somebody by name and password: entryUUID, address, name, and the groups that name them', async (t) => {
    const { provider, signIn } = await open(t, { url, emails_verified: true, group_base_dn: `ou=groups,${BASE_DN}` })
    const ada = await signIn('ada', 'of ada')
    t.match(ada, { issuer: `ldap:${BASE_DN}?entryuuid`, subject: UUID, name: 'Ada', emailVerified: true })
    t.strictSame(ada.claims.groups, ['cn=staff,ou=groups,dc=corp,dc=example'])
    t.strictSame(provider.vouchedAddress(ada), { key: 'ada@corp.example', address: 'ada@corp.example' })
    t.equal((await signIn(' ADA ', 'of ada')).subject, ada.subject, 'as the directory compares names')
    const { signIn: unverified } = await open(t, { url })
    t.equal((await unverified('ada', 'of ada')).emailVerified, false)
    t.strictSame((await unverified('ada', 'of ada')).claims.groups, [])
  })

  t.test('LDAP: empty or blank password is refused before bind', async (t) => {
    const asked: Buffer[] = []
    const server = createServer((socket) => socket.on('data', (bytes) => asked.push(bytes)))
    const deaf = await open(t, { url: `ldap://localhost:${await listen(t, server)}` })
    for (const password of ['', ' ', '\t\n', 'a\0b']) t.ok(await deaf.isWrong('ada', password))
    t.ok(await deaf.isWrong('', 'of ada'))
    t.strictSame(asked, [], 'nobody was asked')
  })

  t.test('LDAP: what means something in filters and names means nothing when it is typed', async (t) => {
    const service = await open(t, { url })
    const template = await open(t, {
      url,
      bind_dn: '',
      bind_password_variable: '',
      user_dn: `uid={name},ou=people,${BASE_DN}`,
    })
    for (const name of [
      '*',
      'a*',
      'ada)(uid=*',
      'ada)(|(uid=*',
      '\\2a',
      'ada\0',
      'ada,ou=people',
      'ada+cn=Ada',
      '{name}',
      '$&',
    ])
      for (const directory of [service, template]) t.ok(await directory.isWrong(name, 'of ada'), name)
    t.match(await template.signIn('ada', 'of ada'), { subject: UUID })
    t.ok(await template.isWrong('ada', 'of bob'))
  })

  t.test('LDAP: two entries match, and nobody is signed in; nor is who is not there, or has no password', async (t) => {
    const { provider, isWrong } = await open(t, { url })
    t.ok(await isWrong('twin', 'of twin'))
    t.ok(await isWrong('nobody', 'of ada'))
    t.ok(await isWrong('none', 'of ada'))
    t.ok(await isWrong('ada', 'of bob'))
    t.notOk(provider.isDown(), 'it has answered')
  })

  t.test('LDAP: DN with comma: bind with the returned DN only', async (t) => {
    const { signIn, isWrong } = await open(t, { url, login_attributes: ['mail', 'uid'] })
    t.match(await signIn('bob@corp.example', 'of bob'), { name: 'Appleseed, Bob', subject: UUID })
    t.ok(await isWrong('Appleseed, Bob', 'of bob'))
  })

  t.test('LDAP: a referral is not followed', async (t) => {
    const through = await open(t, { url })
    t.match(await through.signIn('ada', 'of ada'), { name: 'Ada' }, 'one among the results')
    const into = await open(t, { url, base_dn: `ou=elsewhere,${BASE_DN}` })
    await t.rejects(into.signIn('ada', 'of ada'), /Referral|0xa|answered 10/)
    t.ok(into.provider.isDown())
  })

  t.test('over TLS alone its own certificate is believed, by ldaps and by StartTLS', async (t) => {
    const certificates = [slapd.certificate]
    for (const secure of [{ url: slapd.tlsUrl }, { url, start_tls: true }]) {
      t.match(await (await open(t, { ...secure, certificates })).signIn('ada', 'of ada'), { name: 'Ada' })
      const { signIn, isWrong } = await open(t, secure)
      t.notOk(await isWrong('ada', 'of ada'))
      await t.rejects(signIn('ada', 'of ada'), /certificate/)
    }
  })

  t.test('a service account that the directory refuses is no wrong password of somebody', async (t) => {
    const { provider, isWrong } = await open(t, { url, bind_dn: `cn=nobody,${BASE_DN}` })
    t.notOk(await isWrong('ada', 'of ada'))
    t.match(provider.lastFailure(), { because: /refuses the service account/ })
  })

  t.test('LDAP: server stops mid-search: an error in bounded time, and up again when it goes on', async (t) => {
    const { provider, signIn } = await open(t, { url })
    await slapd.freeze()
    const began = performance.now()
    await t.rejects(signIn('ada', 'of ada'), /too long|timeout|Timeout/)
    t.ok(performance.now() - began < 7000)
    t.ok(provider.isDown())
    slapd.thaw()
    t.match(await signIn('ada', 'of ada'), { name: 'Ada' })
    t.notOk(provider.isDown())
    await slapd.stop()
    await t.rejects(signIn('ada', 'of ada'), /ECONNREFUSED|refused/)
  })
})

t.test('the configuration is refused where it would ask in the clear, or by what changes', async (t) => {
  const problem = async (changes: Settings) => {
    const settled = await open(t, { url: 'ldaps://ldap.corp.example', ...changes }).catch((error: unknown) => error)
    return settled instanceof Error ? settled.message : ''
  }
  t.equal(await problem({}), '')
  t.equal(await problem({ url: 'ldap://ldap.corp.example' }), '', 'which is upgraded')
  t.match(await problem({ url: 'http://ldap.corp.example' }), /corp\.url has to be ldaps:/)
  t.match(await problem({ url: 'ldaps://ldap.corp.example/dc=x' }), /corp\.url has to be ldaps:/)
  t.match(await problem({ subject: 'entryDN' }), /corp\.subject is the name of an entry/)
  t.match(await problem({ subject: 'employeeNumber' }), /corp\.subject is unique in one directory only: add directory/)
  t.equal(await problem({ subject: 'employeeNumber', directory: 'head-office' }), '')
  for (const subject of ['entryUUID', 'ObjectGUID', 'nsUniqueId']) t.equal(await problem({ subject }), '', subject)
  t.match(await problem({ directory: 'Head Office' }), /corp\.directory has to be a name/)
  t.match(await problem({ user_dn: 'uid={name},dc=x' }), /corp\.bind_dn or user_dn has to be there, and not both/)
  t.match(await problem({ bind_password_variable: '' }), /corp\.bind_password_variable belongs to bind_dn/)
  t.match(await problem({ login_attributes: ['uid)('] }), /corp\.login_attributes has to be a list of attributes/)
})

t.test('LDAP: people of two directories with one base are apart by `directory`; the host plays no part', async (t) => {
  const issuerOf = async (changes: Settings) =>
    (await open(t, { url: 'ldaps://one.corp.example', ...changes })).provider.issuer
  const plain = await issuerOf({})
  t.equal(await issuerOf({ url: 'ldaps://moved.corp.example' }), plain)
  t.not(await issuerOf({ directory: 'other' }), plain)
  t.not(await issuerOf({ directory: 'other' }), await issuerOf({ directory: 'third' }))
  const settings = { kind: 'ldap', url: 'ldaps://one.corp.example', base_dn: BASE_DN, user_dn: `uid={name},${BASE_DN}` }
  const both = { a: settings, b: { ...settings, url: 'ldaps://two.corp.example' } }
  const { CATALOGUE_FILE: catalogueFile } = await catalogueOf(t, both)
  await t.rejects(readProviders({ catalogueFile, issuer: ISSUER }, {}), {
    message: /b and a have the same issuer; one of them is enough, or give one of two directories another `directory`/,
  })
})
