// SAML 2.0: asked by a redirect (HTTP-Redirect), answered by a form that the provider's page posts (HTTP-POST); nobody is taken who was not asked for.
import { sha256 } from '../../../crypto/digest.ts'
import { providerKind, type UpstreamIdentity, type UpstreamProtocol, type UpstreamTools } from '../provider.ts'
import { keptOfSession, openSamlLogout } from './logout.ts'
import { nameIdFormat } from './names.ts'
import { readResponse } from './response.ts'
import { SAML_FIELDS, type SamlSettings, samlProblem } from './settings.ts'
import type { ToldAssertion } from './subject.ts'

export const SAML = providerKind(
  {
    title: 'SAML 2.0',
    register:
      'Keycloak, Okta, ADFS, Google Workspace, Shibboleth: make an application by our metadata address, or by hand: entity ID (audience) our metadata address, assertion consumer service (HTTP-POST) the second address above, NameID as `name_id_format` says, signed by SHA-256, not encrypted. From its metadata take `entityID`, the SingleSignOnService of HTTP-Redirect and the signing certificate. With `logout: true` also its SingleLogoutService of HTTP-Redirect, and give it the certificate of our key and the address above that ends in `/logout` for single logout, by HTTP-Redirect or HTTP-POST (Keycloak: *Logout Service Redirect Binding URL*, and *Front channel logout* on; Okta: *Single Logout URL* and *Signature certificate*, with our entity ID as *SP Issuer*; Entra: *Logout Url*). Sign-ins that begin there are refused: give people a link to your app instead.',
    fields: SAML_FIELDS,
    check: samlProblem,
  },
  openSaml,
)

/** Loaded by those alone who have such a provider, when it is first needed. */
function library() {
  return import('@node-saml/node-saml')
}

function openSaml(settings: SamlSettings, tools: UpstreamTools): UpstreamProtocol {
  const { ownAddress, knock } = tools
  const acs = ownAddress('acs')
  const ourEntityId = settings.our_entity_id ?? ownAddress('metadata')
  const key = settings.signing_key_variable?.export({ type: 'pkcs8', format: 'pem' }).toString()
  // A realm often has one name in both: what it calls people in SAML is not what it calls them in OpenID Connect.
  const issuer = `saml:${settings.entity_id}`
  const { origin, pathname } = new URL(settings.sign_in_url)
  const names = {
    entityId: settings.entity_id,
    ourEntityId,
    nameIdFormat: nameIdFormat(settings.name_id_format),
  }
  const options = {
    callbackUrl: acs,
    entryPoint: settings.sign_in_url,
    issuer: ourEntityId,
    idpCert: settings.certificates.map(String),
    identifierFormat: names.nameIdFormat,
    // Its default is sha1.
    signatureAlgorithm: 'sha256',
    digestAlgorithm: 'sha256',
    disableRequestedAuthnContext: true,
    wantAuthnResponseSigned: settings.signs === 'response',
    wantAssertionsSigned: settings.signs === 'assertion',
    ...(key !== undefined && { privateKey: key }),
  } as const
  return {
    issuer,
    leadsTo: origin + pathname,
    certificatesEnd: settings.certificates.map(({ validToDate }) => validToDate),
    posts: { to: 'acs', stateIn: 'RelayState' },
    prepare: () => knock(settings.sign_in_url, 'browsers'),
    async begin({ state, nonce, isFresh }) {
      const { SAML: Client } = await library()
      const client = new Client({ ...options, forceAuthn: isFresh, generateUniqueId: () => requestId(nonce) })
      return new URL(await client.getAuthorizeUrlAsync(state, undefined, {}))
    },
    async finish({ parameters, nonce, isFresh, begunSecondsAgo }) {
      const told = await readResponse(await library(), options, parameters.get('SAMLResponse') ?? '', {
        ...names,
        acs,
        requestId: requestId(nonce),
        signs: settings.signs,
        authenticatedWithinSeconds: isFresh ? Math.ceil(begunSecondsAgo ?? 0) : undefined,
      })
      return { ...identityOf(issuer, settings, told), ...(settings.logout && keptOfSession(told)) }
    },
    ...(settings.sign_out_url !== undefined && {
      logout: openSamlLogout(
        options,
        settings.sign_out_url,
        { ...names, address: ownAddress('logout'), certificates: settings.certificates },
        tools,
      ),
    }),
    async metadata() {
      const { generateServiceProviderMetadata: metadataOf } = await library()
      return metadataOf({
        ...options,
        publicCerts: settings.signing_certificates.map(String),
        ...(settings.logout && { logoutCallbackUrl: ownAddress('logout') }),
        generateUniqueId: () => `_${sha256(ourEntityId)}`,
      }).replace(/<SingleLogoutService [^>]*>/, withRedirect)
    },
  }
}

/** The library names the one binding only. */
function withRedirect(post: string): string {
  return post.replace('HTTP-POST', 'HTTP-Redirect') + post
}

/** In the form that an XML ID has to have. Only this server and the browser of the visit can know it before it is sent. */
function requestId(nonce: string): string {
  return `_${nonce}`
}

function identityOf(issuer: string, settings: SamlSettings, { nameId, attributes }: ToldAssertion): UpstreamIdentity {
  const only = (name: string) => {
    const [value, ...others] = attributes.get(name) ?? []
    return others.length === 0 && value !== '' ? value : undefined
  }
  const subject = settings.subject === undefined ? nameId?.value : only(settings.subject)
  if (subject === undefined) throw new Error('there is no subject')
  const email = only(settings.email) ?? (settings.name_id_format === 'emailAddress' ? nameId?.value : undefined)
  const name = only(settings.name)
  return {
    issuer,
    subject,
    ...(email !== undefined && { email }),
    emailVerified: settings.emails_verified,
    ...(name !== undefined && { name }),
    claims: Object.fromEntries(attributes),
  }
}
