// SAML answers, written by hand and signed by xml-crypto: each sentence of SAML Profiles §4.1.4 that somebody could break is a row.
import t, { type Test } from 'tap'
import { readProviders } from '../../../src/identity/federation/configure.ts'
import { CancelledThere } from '../../../src/identity/federation/provider.ts'
import {
  attribute,
  IDP,
  inForm,
  inSeconds,
  PERSISTENT_ID,
  readAuthnRequest,
  type SamlWords,
  samlKey,
  samlResponse,
  signSaml,
} from '../../support/saml.ts'
import { catalogueOf } from '../../support/upstream.ts'

const ISSUER = 'http://localhost:4000'
const ACS = `${ISSUER}/federation/corp/acs`
const METADATA = `${ISSUER}/federation/corp/metadata`
const asked = {
  redirectUri: `${ISSUER}/federation/corp/callback`,
  state: 's'.repeat(43),
  nonce: 'n'.repeat(43),
  codeVerifier: 'v'.repeat(43),
  isFresh: false,
  ownPage: 'http://localhost:4000/interaction/visit',
}
const REQUEST_ID = `_${asked.nonce}`
const ours = { requestId: REQUEST_ID, acs: ACS, audience: METADATA }
const [theirs, next, foreign, own, ownNext] = await Promise.all([
  samlKey(),
  samlKey(),
  samlKey('evil.example'),
  samlKey('localhost'),
  samlKey('localhost'),
])

type Settings = Readonly<Record<string, string | boolean | readonly string[]>>

async function open(t: Test, settings: Settings = {}, environment: Readonly<Record<string, string>> = {}) {
  const all = {
    kind: 'saml',
    entity_id: IDP,
    sign_in_url: 'https://idp.corp.example/sso?tenant=7',
    certificates: [theirs.certificate],
    ...settings,
  }
  const given = { ...(await catalogueOf(t, { corp: all })), ...environment }
  const provider = (await readProviders({ catalogueFile: given.CATALOGUE_FILE, issuer: ISSUER }, given)).find('corp')
  if (!provider) throw new Error('it is not there')
  const finish = (xml: string, more: Readonly<{ isFresh?: boolean; begunSecondsAgo?: number }> = {}) =>
    provider.finish({ ...asked, ...more, parameters: new URLSearchParams({ SAMLResponse: inForm(xml) }) })
  return { provider, finish }
}

function signed(words: Partial<SamlWords> = {}): string {
  return signSaml(samlResponse({ ...ours, ...words }), theirs)
}

t.test(
  'the browser is sent there with a request that only this visit can know, without a word of the app',
  async (t) => {
    const { provider } = await open(t)
    const address = await provider.begin(asked)
    t.equal(address.origin + address.pathname, 'https://idp.corp.example/sso')
    t.strictSame([...address.searchParams.keys()], ['tenant', 'SAMLRequest', 'RelayState'])
    t.equal(address.searchParams.get('RelayState'), asked.state)
    const { id, xml } = readAuthnRequest(address)
    t.equal(id, REQUEST_ID)
    for (const part of [
      `AssertionConsumerServiceURL="${ACS}"`,
      'ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"',
      'Destination="https://idp.corp.example/sso?tenant=7"',
      `>${METADATA}</saml:Issuer>`,
      'Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"',
    ])
      t.match(xml, part)
    t.notMatch(xml, 'ForceAuthn')
    t.match(readAuthnRequest(await provider.begin({ ...asked, isFresh: true })).xml, 'ForceAuthn="true"')
  },
)

t.test(
  'whoever is signed for is known by NameID in the name space of the provider, with the attributes that are configured',
  async (t) => {
    const { provider, finish } = await open(t, {
      email: 'mail',
      emails_verified: true,
      email_domains: ['corp.example'],
    })
    const identity = await finish(
      signed({
        attributes: attribute('mail', 'bob@corp.example') + attribute('name', 'Bob') + attribute('groups', 'a', 'b'),
      }),
    )
    t.strictSame(identity, {
      issuer: `saml:${IDP}`,
      subject: 'bob',
      email: 'bob@corp.example',
      emailVerified: true,
      name: 'Bob',
      claims: { mail: ['bob@corp.example'], name: ['Bob'], groups: ['a', 'b'] },
    })
    t.strictSame(provider.vouchedAddress(identity), { key: 'bob@corp.example', address: 'bob@corp.example' })
    const unverified = await (await open(t, { email_domains: ['*'] })).finish(
      signed({ attributes: attribute('email', 'bob@corp.example') }),
    )
    t.equal(provider.vouchedAddress(unverified), undefined, 'nobody has said that it looks at addresses')
  },
)

for (const name of ['__proto__', 'constructor', 'toString', 'getAssertion', 'getAssertionXml', 'nameID'])
  t.test(`an attribute called ${name} is only a name`, async (t) => {
    const { finish } = await open(t)
    const identity = await finish(
      signed({ attributes: attribute(name, 'eve') + attribute('email', 'bob@corp.example') }),
    )
    t.match(identity, { subject: 'bob', email: 'bob@corp.example' })
    t.strictSame(Object.getOwnPropertyDescriptor(identity.claims, name)?.value, ['eve'])
  })

for (const [what, settings, xml] of [
  [
    'by the second certificate',
    { certificates: [theirs.certificate, next.certificate] },
    () => signSaml(samlResponse(ours), next),
  ],
  ['in the assertion alone', { signs: 'assertion' }, () => signSaml(samlResponse(ours), theirs, 'Assertion')],
  ['in both', {}, () => signSaml(signSaml(samlResponse(ours), theirs, 'Assertion'), theirs)],
  [
    'in both, the assertion believed',
    { signs: 'assertion' },
    () => signSaml(signSaml(samlResponse(ours), theirs, 'Assertion'), theirs),
  ],
  [
    'with a certificate in base64 alone',
    { certificates: [theirs.certificate.replace(/-----[^-]+-----/g, '').trim()] },
    signed,
  ],
  [
    'without a time limit in the conditions',
    {},
    () =>
      signed({
        conditions: `<saml:Conditions><saml:AudienceRestriction><saml:Audience>${METADATA}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`,
      }),
  ],
  ['half a minute late', {}, () => signed({ notOnOrAfter: inSeconds(-30) })],
  [
    'with a name that is for us',
    {},
    () => signed({ nameIdIs: `${PERSISTENT_ID} NameQualifier="${IDP}" SPNameQualifier="${METADATA}"` }),
  ],
  [
    'with an entity ID of ours that is configured',
    { our_entity_id: 'urn:gateway' },
    () => signed({ audience: 'urn:gateway' }),
  ],
  [
    'with its subject in an attribute',
    { name_id_format: 'transient', subject: 'uid' },
    () =>
      signed({
        nameId: '_today',
        nameIdIs: PERSISTENT_ID.replace('persistent', 'transient'),
        attributes: attribute('uid', 'bob'),
      }),
  ],
] as const)
  t.test(`believed: signed ${what}`, async (t) => {
    const { finish } = await open(t, settings)
    t.match(await finish(xml()), { subject: 'bob' })
  })

function confirmedFor(attributes: string, method = 'bearer') {
  return `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:${method}"><saml:SubjectConfirmationData ${attributes}/></saml:SubjectConfirmation>`
}
function soundData() {
  return `Recipient="${ACS}" NotOnOrAfter="${inSeconds(300)}" InResponseTo="${REQUEST_ID}"`
}
const evil = `<saml:Assertion ID="_evil" Version="2.0"><saml:Issuer>${IDP}</saml:Issuer><saml:Subject><saml:NameID ${PERSISTENT_ID}>admin</saml:NameID></saml:Subject></saml:Assertion>`
const SHA1 = {
  signature: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
  digest: 'http://www.w3.org/2000/09/xmldsig#sha1',
}

for (const [what, because, xml] of [
  ['nothing is signed', /signature/, () => samlResponse(ours)],
  ['somebody else has signed', /signature/, () => signSaml(samlResponse(ours), foreign)],
  ['the assertion alone is signed', /signature/, () => signSaml(samlResponse(ours), theirs, 'Assertion')],
  ['it was changed afterwards', /signature/, () => signed().replace('>bob<', '>eve<')],
  [
    'a processing instruction was added to the NameID afterwards',
    /signature/,
    () => signed().replace('>bob<', '>b<?x y?>ob<'),
  ],
  ['it is signed by SHA-1', /are not believed/, () => signSaml(samlResponse(ours), theirs, 'Response', SHA1)],
  [
    'a digest is by SHA-1',
    /are not believed/,
    () =>
      signSaml(samlResponse(ours), theirs, 'Response', {
        signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
        digest: SHA1.digest,
      }),
  ],
  [
    'another assertion stands in front',
    /signature|multiple/i,
    () => signed().replace('<saml:Assertion', `${evil}<saml:Assertion`),
  ],
  [
    'another assertion follows',
    /signature|multiple/i,
    () => signed().replace('</samlp:Response>', `${evil}</samlp:Response>`),
  ],
  [
    'the signed one is wrapped in an extension of another',
    /signature|assertion|ID/i,
    () =>
      signed().replace(
        /<saml:Assertion.*<\/saml:Assertion>/s,
        (whole) => `${evil.replace('_evil', '_assertion')}<samlp:Extensions>${whole}</samlp:Extensions>`,
      ),
  ],
  [
    'another assertion of the same ID stands in front',
    /signature|multiple|ID/i,
    () => signed().replace('<saml:Assertion', `${evil.replace('_evil', '_assertion')}<saml:Assertion`),
  ],
  [
    'the signature is of an error of theirs, which lies beside a forged assertion',
    /signature|ID/i,
    () => {
      const error = signed({ status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' })
      const [signature = ''] = /<Signature.*<\/Signature>/s.exec(error) ?? []
      const decoy = `${signature}<samlp:Extensions>${error.replace(signature, '')}</samlp:Extensions>`
      const forged = samlResponse({ ...ours, nameId: 'admin' }).replace('"_response"', '"_forged"')
      return forged.replace('</saml:Issuer>', `</saml:Issuer>${decoy}`)
    },
  ],
  [
    'a forged assertion stands in a signed error',
    /signature/,
    () =>
      signed({ status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' })
        .replace(/<saml:Assertion.*<\/saml:Assertion>/s, evil)
        .replace(':Responder', ':Success'),
  ],
  [
    'it has a document type',
    /document type/,
    () => signed().replace('<samlp:Response', '<!DOCTYPE a [<!ENTITY b "c">]><samlp:Response'),
  ],
  [
    'the status is an error, signed, with an assertion in it',
    /^Status is/,
    () => signed({ status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' }),
  ],
  ['Destination is somebody else', /^Destination is/, () => signed({ destination: 'https://other.example/acs' })],
  ['Destination is not there', /^Destination is/, () => signed({ destination: '' })],
  ['InResponseTo is another request', /^InResponseTo of the response is/, () => signed({ inResponseTo: '_other' })],
  ['InResponseTo is not there', /^InResponseTo of the response is/, () => signed({ inResponseTo: '' })],
  ['the assertion is for another request', /InResponseTo/, () => signed({ confirmedRequest: '_other' })],
  ['Issuer is another provider', /^Issuer is/, () => signed({ issuer: 'https://other.example', responseIssuer: IDP })],
  [
    'Issuer of the response is another provider',
    /^Issuer of the response is/,
    () => signed({ responseIssuer: 'https://other.example' }),
  ],
  ['Recipient is somebody else', /^Recipient is/, () => signed({ recipient: 'https://other.example/acs' })],
  ['there is no SubjectConfirmation', /no bearer/, () => signed({ confirmation: '' })],
  [
    'the confirmation is none of a bearer',
    /no bearer/,
    () => signed({ confirmation: confirmedFor(soundData(), 'sender-vouches') }),
  ],
  [
    'Recipient is not there',
    /^Recipient is/,
    () => signed({ confirmation: confirmedFor(soundData().replace(/Recipient="[^"]*"/, '')) }),
  ],
  [
    'InResponseTo of the confirmation is not there',
    /^InResponseTo is/,
    () => signed({ confirmation: confirmedFor(soundData().replace(/InResponseTo="[^"]*"/, '')) }),
  ],
  [
    'NotOnOrAfter of the confirmation is not there',
    /NotOnOrAfter/,
    () => signed({ confirmation: confirmedFor(soundData().replace(/NotOnOrAfter="[^"]*"/, '')) }),
  ],
  [
    'the confirmation is for later',
    /NotBefore/,
    () => signed({ confirmation: confirmedFor(`${soundData()} NotBefore="${inSeconds(-10)}"`) }),
  ],
  ['it has expired', /expired|confirmation/, () => signed({ notOnOrAfter: inSeconds(-90) })],
  [
    'it counts from tomorrow',
    /not yet valid/,
    () =>
      signed({
        conditions: `<saml:Conditions NotBefore="${inSeconds(86_400)}" NotOnOrAfter="${inSeconds(90_000)}"><saml:AudienceRestriction><saml:Audience>${METADATA}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`,
      }),
  ],
  ['the audience is somebody else', /audience/, () => signed({ audience: 'https://other.example' })],
  ['there is no audience', /AudienceRestriction/, () => signed({ conditions: '<saml:Conditions/>' })],
  ['there are no conditions', /AudienceRestriction|one Conditions/, () => signed({ conditions: '' })],
  ['nobody has signed in', /AuthnStatement/, () => signed({ authn: '' })],
  [
    'the session there is over',
    /has ended/,
    () =>
      signed({
        authn: `<saml:AuthnStatement AuthnInstant="${inSeconds(-900)}" SessionNotOnOrAfter="${inSeconds(-300)}"/>`,
      }),
  ],
  [
    'the NameID is of another format',
    /^Format of the NameID/,
    () => signed({ nameIdIs: PERSISTENT_ID.replace('2.0:nameid-format:persistent', '1.1:nameid-format:emailAddress') }),
  ],
  [
    'the NameID is of another name space',
    /^NameQualifier/,
    () => signed({ nameIdIs: `${PERSISTENT_ID} NameQualifier="https://other.example"` }),
  ],
  [
    'the NameID is for another service',
    /^SPNameQualifier/,
    () => signed({ nameIdIs: `${PERSISTENT_ID} SPNameQualifier="https://other.example"` }),
  ],
  ['the NameID is empty', /no subject/, () => signed({ nameId: ' ' })],
  ['it is no response', /the document is/, () => '<a/>'],
  ['it is no XML', /./, () => 'SAMLResponse'],
] as const)
  t.test(`refused: ${what}`, async (t) => {
    const { finish } = await open(t)
    await t.rejects(finish(xml()), { message: because })
  })

t.test('a comment within the NameID cuts nothing off', async (t) => {
  const { finish } = await open(t, { name_id_format: 'emailAddress' })
  const nameIdIs = PERSISTENT_ID.replace('2.0:nameid-format:persistent', '1.1:nameid-format:emailAddress')
  t.match(await finish(signed({ nameIdIs, nameId: 'bob@corp.example<!-- -->.evil.example' })), {
    subject: 'bob@corp.example.evil.example',
    email: 'bob@corp.example.evil.example',
  })
})

t.test('of a provider that signs assertions, what stands around them proves nothing', async (t) => {
  const { finish } = await open(t, { signs: 'assertion' })
  const rewrapped = (words: Partial<SamlWords>) => signSaml(samlResponse({ ...ours, ...words }), theirs, 'Assertion')
  await t.rejects(
    finish(rewrapped({ confirmedRequest: '_other' })),
    { message: /InResponseTo/ },
    'an answer to somebody else',
  )
  await t.rejects(
    finish(rewrapped({ confirmation: confirmedFor(soundData().replace(/InResponseTo="[^"]*"/, '')) })),
    { message: /^InResponseTo is/ },
    'one that nobody has asked for',
  )
  await t.rejects(finish(rewrapped({ destination: 'https://other.example' })), { message: /^Destination is/ })
  await t.rejects(finish(signed()), { message: /signature/ }, 'the response alone is signed')
})

t.test(
  'no SAMLResponse, one that is not base64, and one that is too long are refused before they are parsed',
  async (t) => {
    const { provider } = await open(t)
    const post = (parameters: Readonly<Record<string, string>>) =>
      provider.finish({ ...asked, parameters: new URLSearchParams(parameters) })
    await t.rejects(post({}), { message: /not there/ })
    await t.rejects(post({ SAMLResponse: '<samlp:Response/>' }), { message: /base64/ })
    await t.rejects(post({ SAMLResponse: inForm('<a>'.repeat(40_000)) }), { message: /longer than/ })
    await t.rejects(post({ SAMLResponse: inForm('<a>'.repeat(30_000)) }))
    await t.rejects(post({ SAMLResponse: inForm(`<a>${'<b>'.repeat(13_000)}${'</b>'.repeat(13_000)}</a>`) }))
  },
)

t.test('what is asked anew has to be signed in anew, by the word of the provider', async (t) => {
  const { finish } = await open(t)
  const since = (seconds: number) => signed({ authn: `<saml:AuthnStatement AuthnInstant="${inSeconds(-seconds)}"/>` })
  t.match(await finish(since(3600)), { subject: 'bob' })
  t.match(await finish(since(5), { isFresh: true, begunSecondsAgo: 20 }), { subject: 'bob' })
  await t.rejects(finish(since(120), { isFresh: true, begunSecondsAgo: 20 }), { message: /older/ })
})

t.test('somebody who changed their mind there is told so', async (t) => {
  const { finish } = await open(t)
  const [outer, inner] = ['Responder', 'RequestDenied'].map(
    (code) => `Value="urn:oasis:names:tc:SAML:2.0:status:${code}"`,
  )
  const denied = `<samlp:StatusCode ${outer}><samlp:StatusCode ${inner}/></samlp:StatusCode>`
  await t.rejects(finish(samlResponse(ours).replace(/<samlp:StatusCode[^>]*>/, denied)), CancelledThere)
})

t.test('metadata has our address and both certificates, and what is asked is signed by the key', async (t) => {
  const { provider } = await open(
    t,
    { signing_key_variable: 'OUR_KEY', signing_certificates: [own.certificate, ownNext.certificate] },
    { OUR_KEY: ownNext.key.replaceAll('\n', '\\n') },
  )
  const xml = (await provider.metadata?.()) ?? ''
  t.match(xml, `entityID="${METADATA}"`)
  t.match(xml, `Location="${ACS}"`)
  t.match(xml, 'AuthnRequestsSigned="true"')
  const bare = (pem: string) => pem.replace(/-----[^-]+-----|\s/g, '')
  const told = xml.replace(/\s/g, '')
  for (const { certificate } of [own, ownNext]) t.match(told, bare(certificate))
  const { searchParams } = await provider.begin(asked)
  t.equal(searchParams.get('SigAlg'), 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256')
  t.ok(searchParams.get('Signature'))
})

for (const [what, settings, problem] of [
  [
    'a transient name',
    { name_id_format: 'transient' },
    /line \d+, column \d+: corp\.name_id_format is another one at each sign-in/,
  ],
  [
    'a key without its certificate',
    { signing_key_variable: 'OUR_KEY', signing_certificates: [foreign.certificate] },
    /corp\.signing_certificates has to have the certificate of the key/,
  ],
  [
    'a certificate without its key',
    { signing_certificates: [own.certificate] },
    /of no use without signing_key_variable/,
  ],
  [
    'a key that is none',
    { signing_key_variable: 'CORP_SECRET' },
    /names CORP_SECRET, which holds no private key in PEM/,
  ],
  ['three certificates', { certificates: Array(3).fill(theirs.certificate) }, /a list of one certificate, or two/],
  ['a certificate that is none', { certificates: ['MIIB'] }, /a list of one certificate, or two/],
  ['a weak one', { certificates: [(await samlKey('weak', 1024)).certificate] }, /2048 bits/],
  ['a word', { signs: 'nothing' }, /corp\.signs has to be one of response, assertion/],
  ['a text for yes', { emails_verified: 'true' }, /corp\.emails_verified has to be true or false/],
  ['http', { sign_in_url: 'http://idp.corp.example/sso' }, /without #/],
] as const)
  t.test(`the configuration is refused: ${what}`, async (t) => {
    await t.rejects(open(t, settings, { OUR_KEY: own.key }), { name: 'ConfigError', message: problem })
  })
