// What is configured of a SAML provider, and what of it has to fit together.
import {
  addressField,
  certificatesField,
  flagField,
  optional,
  privateKeyField,
  textField,
  wordField,
} from '../fields.ts'
import type { FieldValues, SettingsProblem } from '../provider.ts'

export const SAML_FIELDS = {
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
  logout: flagField(
    '`true`: whoever signs out here is led there to sign out as well, and whoever signs out there is signed out here (single logout)',
  ),
  sign_out_url: optional(
    addressField('where its metadata says that people are signed out by HTTP-Redirect (SingleLogoutService)', {
      query: true,
    }),
  ),
} as const

export type SamlSettings = FieldValues<typeof SAML_FIELDS>

export function samlProblem(settings: SamlSettings): SettingsProblem<typeof SAML_FIELDS> | undefined {
  const { name_id_format, subject, signing_key_variable: key, signing_certificates: certificates } = settings
  if (name_id_format === 'transient' && subject === undefined)
    return { at: 'name_id_format', problem: 'is another one at each sign-in, so subject has to name an attribute' }
  if (key && !certificates.some((certificate) => certificate.checkPrivateKey(key)))
    return { at: 'signing_certificates', problem: 'has to have the certificate of the key' }
  if (!key && certificates.length > 0)
    return { at: 'signing_certificates', problem: 'is of no use without signing_key_variable' }
  return logoutProblem(settings)
}

/** What is said of a logout is signed, here and there (Profiles §4.4.3.1, §4.4.3.2). */
function logoutProblem({
  logout,
  sign_out_url,
  signing_key_variable: key,
}: SamlSettings): SettingsProblem<typeof SAML_FIELDS> | undefined {
  if (!logout)
    return sign_out_url === undefined ? undefined : { at: 'sign_out_url', problem: 'is of no use without logout' }
  if (sign_out_url === undefined) return { at: 'logout', problem: 'needs sign_out_url' }
  return key ? undefined : { at: 'logout', problem: 'needs signing_key_variable: what it is told is signed' }
}
