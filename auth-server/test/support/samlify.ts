// A SAML provider that is not ours: samlify, unmodified, made of nothing but a key and our metadata.
import { createServer } from 'node:http'
import { Constants, IdentityProvider, SamlLib, ServiceProvider, setSchemaValidator } from 'samlify'
import type { Test } from 'tap'
import { IDP, inSeconds, PERSISTENT_ID, samlKey } from './saml.ts'
import { listen } from './site.ts'

// It takes nothing without one; our own reading of what it sends is what is tried here.
setSchemaValidator({ validate: async () => 'sound' })

const AUTHN =
  '<saml:AuthnStatement AuthnInstant="{IssueInstant}" SessionIndex="{SessionIndex}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>'
const { binding } = Constants.namespace

const SIGN_OUT_URL = 'https://idp.corp.example/slo?tenant=7'

/**
 * @param signInUrl where browsers are sent; nobody listens there unless the test does
 * @param signOutUrl the same of single logout
 */
export async function openSamlify(signInUrl = 'https://idp.corp.example/sso', signOutUrl = SIGN_OUT_URL) {
  const theirs = await samlKey()
  const { key, certificate } = theirs
  const { context } = SamlLib.defaultLoginResponseTemplate
  const provider = IdentityProvider({
    entityID: IDP,
    privateKey: key,
    signingCert: certificate,
    nameIDFormat: [PERSISTENT_ID.slice(8, -1)],
    singleSignOnService: [{ Binding: binding.redirect, Location: signInUrl }],
    singleLogoutService: [{ Binding: binding.redirect, Location: signOutUrl }],
    wantLogoutRequestSigned: true,
    wantLogoutResponseSigned: true,
    loginResponseTemplate: {
      context: context.replace('{AuthnStatement}{AttributeStatement}', `${AUTHN}{AttributeStatement}`),
      attributes: [],
    },
  })
  let us = ServiceProvider({})
  const acs = () => String(us.entityMeta.getAssertionConsumerService('post'))
  return {
    acs,
    key: theirs,
    signOutUrl,
    settings: {
      kind: 'saml',
      label: 'Example Corp',
      entity_id: IDP,
      sign_in_url: signInUrl,
      certificates: [certificate],
    },
    /** Registers us there. */
    know(metadata: string): void {
      us = ServiceProvider({
        metadata,
        wantMessageSigned: true,
        wantLogoutRequestSigned: true,
        wantLogoutResponseSigned: true,
      })
    },
    /** What its page posts for whoever comes by this address. */
    async answer(address: URL, nameId: string, sessionIndex = '_session'): Promise<Readonly<Record<string, string>>> {
      const { extract } = await provider.parseLoginRequest(us, 'redirect', {
        query: Object.fromEntries(address.searchParams),
        octetString: address.search.slice(1),
      })
      const words = {
        ID: '_response',
        AssertionID: '_assertion',
        Destination: acs(),
        Audience: us.entityMeta.getEntityID(),
        SubjectRecipient: acs(),
        Issuer: IDP,
        IssueInstant: inSeconds(0),
        StatusCode: Constants.StatusCode.Success,
        ConditionsNotBefore: inSeconds(-30),
        ConditionsNotOnOrAfter: inSeconds(300),
        SubjectConfirmationDataNotOnOrAfter: inSeconds(300),
        NameIDFormat: PERSISTENT_ID.slice(8, -1),
        NameID: nameId,
        SessionIndex: sessionIndex,
        InResponseTo: String(extract.request?.id),
        AttributeStatement: '',
      }
      const made = await provider.createLoginResponse(
        us,
        { extract },
        'post',
        {},
        {
          customTagReplacement: (template: string) => ({
            id: words.ID,
            context: SamlLib.replaceTagsByValue(template, words),
          }),
        },
      )
      return { SAMLResponse: made.context, RelayState: address.searchParams.get('RelayState') ?? '' }
    },
    /** Whom this address signs out, if we have signed it; and the address or the form that says so. */
    async takeLogout(address: URL, by: 'redirect' | 'post') {
      const { extract } = await provider.parseLogoutRequest(us, 'redirect', signedBy(address))
      const relayState = address.searchParams.get('RelayState') ?? ''
      const { context } = provider.createLogoutResponse(us, { extract }, by, relayState)
      return { extract, answer: by === 'redirect' ? context : { SAMLResponse: context, RelayState: relayState } }
    },
    /** The address, or the form, by which somebody is signed out from there. */
    logOut(nameId: string, sessionIndex: string, by: 'redirect' | 'post', relayState = '') {
      const user = { logoutNameID: nameId, sessionIndex }
      const { id, context } = provider.createLogoutRequest(us, by, user, relayState)
      return { id, context }
    },
    /** What an address of ours answers to that, if we have signed it. */
    async takeAnswer(address: URL) {
      return (await provider.parseLogoutResponse(us, 'redirect', signedBy(address))).extract
    },
  }
}

/** What is signed of an address, as it stands there. */
function signedBy({ search, searchParams }: URL) {
  const named = /^(?:SAMLRequest|SAMLResponse|RelayState|SigAlg)=/
  return {
    query: Object.fromEntries(searchParams),
    octetString: search
      .slice(1)
      .split('&')
      .filter((pair) => named.test(pair))
      .join('&'),
  }
}

/** The same as a site that a browser comes to: another one than ours, because its address is 127.0.0.1 and not localhost. */
export async function openFormProvider(t: Test) {
  const server = createServer(async (request, response) => {
    const form = await provider.answer(new URL(request.url ?? '', origin), 'bob')
    const fields = Object.entries(form).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>Form Corp</title>
<form method="post" action="${provider.acs()}">${fields.join('')}</form><script>document.forms[0].submit()</script>`)
  })
  const origin = `http://127.0.0.1:${await listen(t, server)}`
  const provider = await openSamlify(`${origin}/sso`)
  return provider
}
