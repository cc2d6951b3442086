// SAML 2.0: asked by a redirect (HTTP-Redirect), answered by a form that the provider's page posts (HTTP-POST); nobody is taken who was not asked for.
import { sha256 } from '../../../crypto/digest.ts'
import {
  addressField,
  certificatesField,
  flagField,
  optional,
  privateKeyField,
  textField,
  wordField,
} from '../fields.ts'
import {
  type FieldValues,
  providerKind,
  type UpstreamIdentity,
  type UpstreamProtocol,
  type UpstreamTools,
} from '../provider.ts'
import { nameIdFormat } from './names.ts'
import { readResponse } from './response.ts'
import type { ToldAssertion } from './subject.ts'

const FIELDS = {
  entity_id: textField('what it calls itself: `entityID` in its metadata'),
  sign_in_url: addressField('where its metadata says that people are sent by HTTP-Redirect', { query: true }),
  certificates: certificatesField('its signing certificate in PEM; both while it changes from one to another'),
  signs: {
    ...wordField('what it signs: the whole `response`, or the `assertion` in it alone', ['response', 'assertion']),
    byDefault: 'response',
  },
  name_id_format: {
    ...wordField('how it is to name people', ['persistent', 'emailAddress', 'unspecified', 'transient']),
    byDefault: 'persistent',
  },
  subject: optional(textField('the attribute that never changes about an account, where its NameID is not to be used')),
  email: { ...textField('the attribute with the e-mail address'), byDefault: 'email' },
  emails_verified: flagField('`true` where the provider has looked at every address that it tells'),
  name: { ...textField('the attribute with the name'), byDefault: 'name' },
  our_entity_id: optional(textField('what it calls this server; otherwise the address of our metadata')),
  signing_key_variable: optional(
    privateKeyField('the environment variable with the private key (PEM, RSA) that signs what it is asked'),
  ),
  signing_certificates: {
    ...certificatesField('the certificate of that key in PEM; both while you change from one to another'),
    byDefault: [],
  },
} as const

export const SAML = providerKind(
  {
    title: 'SAML 2.0',
    register:
      'Keycloak, Okta, ADFS, Google Workspace, Shibboleth: make an application by our metadata address, or by hand: entity ID (audience) our metadata address, assertion consumer service (HTTP-POST) the second address above, NameID as `name_id_format` says, signed by SHA-256, not encrypted. From its metadata take `entityID`, the SingleSignOnService of HTTP-Redirect and the signing certificate. Sign-ins that begin there are refused: give people a link to your app instead.',
    fields: FIELDS,
    check({ name_id_format, subject, signing_key_variable: key, signing_certificates: certificates }) {
      if (name_id_format === 'transient' && subject === undefined)
        return { at: 'name_id_format', problem: 'is another one at each sign-in, so subject has to name an attribute' }
      if (key && !certificates.some((certificate) => certificate.checkPrivateKey(key)))
        return { at: 'signing_certificates', problem: 'has to have the certificate of the key' }
      return !key && certificates.length > 0
        ? { at: 'signing_certificates', problem: 'is of no use without signing_key_variable' }
        : undefined
    },
  },
  openSaml,
)

/** Loaded by those alone who have such a provider, when it is first needed. */
function library() {
  return import('@node-saml/node-saml')
}

function openSaml(settings: FieldValues<typeof FIELDS>, { ownAddress, knock }: UpstreamTools): UpstreamProtocol {
  const acs = ownAddress('acs')
  const ourEntityId = settings.our_entity_id ?? ownAddress('metadata')
  const key = settings.signing_key_variable?.export({ type: 'pkcs8', format: 'pem' }).toString()
  // A realm often has one name in both: what it calls people in SAML is not what it calls them in OpenID Connect.
  const issuer = `saml:${settings.entity_id}`
  const { origin, pathname } = new URL(settings.sign_in_url)
  const options = {
    callbackUrl: acs,
    entryPoint: settings.sign_in_url,
    issuer: ourEntityId,
    idpCert: settings.certificates.map(String),
    identifierFormat: nameIdFormat(settings.name_id_format),
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
        entityId: settings.entity_id,
        acs,
        requestId: requestId(nonce),
        signs: settings.signs,
        nameIdFormat: options.identifierFormat,
        ourEntityId,
        authenticatedWithinSeconds: isFresh ? Math.ceil(begunSecondsAgo ?? 0) : undefined,
      })
      return identityOf(issuer, settings, told)
    },
    async metadata() {
      const { generateServiceProviderMetadata: metadataOf } = await library()
      return metadataOf({
        ...options,
        publicCerts: settings.signing_certificates.map(String),
        generateUniqueId: () => `_${sha256(ourEntityId)}`,
      })
    },
  }
}

/** In the form that an XML ID has to have. Only this server and the browser of the visit can know it before it is sent. */
function requestId(nonce: string): string {
  return `_${nonce}`
}

function identityOf(
  issuer: string,
  settings: FieldValues<typeof FIELDS>,
  { nameId, attributes }: ToldAssertion,
): UpstreamIdentity {
  const only = (name: string) => {
    const [value, ...others] = attributes.get(name) ?? []
    return others.length === 0 && value !== '' ? value : undefined
  }
  const subject = settings.subject === undefined ? nameId : only(settings.subject)
  if (subject === undefined) throw new Error('there is no subject')
  const email = only(settings.email) ?? (settings.name_id_format === 'emailAddress' ? nameId : undefined)
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
