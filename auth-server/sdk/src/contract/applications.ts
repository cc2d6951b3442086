// The contract of applications: the apps of developers, each one OAuth client. Members are named as in RFC 7591 where it names them.
import Type from 'typebox'
import type { OperationTable } from './operation.ts'
import {
  ADDRESS,
  CLIENT_ID,
  exactly,
  MANAGED_BY,
  MOMENT,
  nullable,
  oneOf,
  PAGE_MEMBERS,
  PERSON_ID,
  pageOf,
  SIGN_IN_OFFER,
  text,
} from './schemas.ts'

export const KIND = oneOf(['native', 'web', 'browser'])
const AUTH_METHOD = oneOf(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'])
const GRANT_TYPES = Type.Array(
  oneOf(['authorization_code', 'refresh_token', 'client_credentials', 'urn:ietf:params:oauth:grant-type:jwt-bearer']),
  { maxItems: 10 },
)
const SIGNING_ALG = oneOf(['ES256', 'RS256', 'EdDSA'])
const ADDRESSES = Type.Array(ADDRESS, { maxItems: 20 })
const LIFETIME = Type.Integer({ minimum: 60, maximum: 315_360_000 })
const ACR_VALUES = Type.Array(text(100), { maxItems: 10 })

const PUBLIC_KEY = exactly({
  kty: text(20),
  kid: Type.Optional(text(4096)),
  alg: Type.Optional(text(4096)),
  use: Type.Optional(text(20)),
  crv: Type.Optional(text(20)),
  x: Type.Optional(text(4096)),
  y: Type.Optional(text(4096)),
  n: Type.Optional(text(4096)),
  e: Type.Optional(text(4096)),
})

const NAME = text(80, 'As people read it where they decide.')

/** What the owner of an application can change. */
const CHANGEABLE = {
  redirect_uris: ADDRESSES,
  post_logout_redirect_uris: ADDRESSES,
  backchannel_logout_uri: nullable(ADDRESS),
  grant_types: GRANT_TYPES,
  require_pushed_authorization_requests: Type.Boolean(),
  dpop_bound_access_tokens: Type.Boolean(),
  id_token_signed_response_alg: SIGNING_ALG,
  access_token_signing_alg: SIGNING_ALG,
  claims_in_id_token: Type.Boolean({ description: 'Whether ID tokens carry the claims of profile and email.' }),
  pkce_required: Type.Boolean(),
  default_acr_values: ACR_VALUES,
  refresh_idle_seconds: LIFETIME,
  refresh_absolute_seconds: LIFETIME,
  sign_in: nullable({
    ...SIGN_IN_OFFER,
    description: 'What it leaves of the ways to sign in that its APIs offer, never more; null: all.',
  }),
  brand_color: nullable(
    Type.String({
      pattern: '^#[0-9a-fA-F]{6}$',
      description: 'On the pages where people decide; darkened or lightened until what stands on it can be read.',
    }),
  ),
  policy_uri: nullable(ADDRESS),
  tos_uri: nullable(ADDRESS),
  support_contact: nullable(text(2000, 'An e-mail address or an https address.')),
}

export const APPLICATION = exactly({
  id: Type.String({ description: 'Its id in access tokens (`app_id`) and in X-Consumer-Custom-ID.' }),
  client_id: CLIENT_ID,
  name: Type.String(),
  kind: KIND,
  token_endpoint_auth_method: AUTH_METHOD,
  jwks: nullable(exactly({ keys: Type.Array(PUBLIC_KEY) })),
  ...CHANGEABLE,
  // No limits here: whatever is stored is told. One that was registered under earlier rules may have what none can choose
  // any more, and the link of an app comes on top of its redirect URIs.
  redirect_uris: Type.Array(Type.String()),
  post_logout_redirect_uris: Type.Array(Type.String()),
  backchannel_logout_uri: nullable(Type.String()),
  default_acr_values: Type.Array(Type.String()),
  refresh_idle_seconds: Type.Number(),
  refresh_absolute_seconds: Type.Number(),
  grant_types: Type.Array(Type.String()),
  id_token_signed_response_alg: Type.String(),
  access_token_signing_alg: Type.String(),
  brand_color: nullable(Type.String()),
  policy_uri: nullable(Type.String()),
  tos_uri: nullable(Type.String()),
  support_contact: nullable(Type.String()),
  logo_path: nullable(Type.String({ description: 'Below the issuer: what was uploaded, encoded anew.' })),
  name_verified: Type.Boolean({ description: 'Otherwise pages show the name with the host of its redirect URI.' }),
  created_at: MOMENT,
  suspended_at: nullable(MOMENT),
  managed_by: MANAGED_BY,
  owners: Type.Integer({ description: 'How many people own it; 0: administrators see to it.' }),
})

/** Public keys as somebody sends them: members that we do not know are left out (RFC 7517 §4). */
const JWKS = exactly({ keys: Type.Array(Type.Record(Type.String(), Type.Unknown()), { maxItems: 20 }) })

const ANDROID = exactly({
  package: text(200, 'Its applicationId, like com.example.shop.'),
  certificate_digests: Type.Array(text(200), {
    minItems: 1,
    maxItems: 10,
    description: 'The SHA-256 of each certificate that it is signed with.',
  }),
})
const APPLE = exactly({ team: text(20, 'Like ABCDE12345.'), bundle: text(200, 'Like com.example.shop.') })
const ATTESTATION = oneOf(['off', 'optional', 'required'])
const IDENTITY = exactly({
  android: nullable(ANDROID),
  apple: nullable(APPLE),
  passkeys: Type.Boolean({ description: 'Whether the app itself may ask for passkeys of this server.' }),
  attestation: { ...ATTESTATION, description: 'Whether a phone has to vouch for the keys of its devices.' },
  confirmed: Type.Boolean({ description: 'Until an administrator has confirmed it, phones are told nothing of it.' }),
})

const SECRET_ID = Type.String({ pattern: '^[A-Za-z0-9_-]{8}$' })
const SECRET = exactly({
  id: SECRET_ID,
  created_at: nullable(MOMENT),
  last_used_at: nullable({ ...MOMENT, description: 'To the hour.' }),
  ends_at: nullable(MOMENT),
})

const ONE = exactly({ client_id: CLIENT_ID })

export const APPLICATION_OPERATIONS = {
  'applications.list': {
    method: 'GET',
    path: '/applications',
    scope: 'applications:read',
    summary: 'List applications',
    query: exactly({
      ...PAGE_MEMBERS,
      kind: Type.Optional(KIND),
      suspended: Type.Optional(Type.Boolean()),
      api: Type.Optional(text(63, 'Only those with a subscription to this API.')),
      owned: Type.Optional(Type.Boolean({ description: 'Whether a person owns them.' })),
      sole_owner: Type.Optional({
        ...PERSON_ID,
        description: 'Only those that nobody who is active would own without this person.',
      }),
      q: Type.Optional(text(128, 'Only those with this in their name, or whose client ID begins so.')),
    }),
    answers: { 200: pageOf(APPLICATION) },
  },
  'applications.create': {
    method: 'POST',
    path: '/applications',
    scope: 'applications:write',
    summary: 'Register an application',
    description:
      'It gets a client_id, and a secret where its way to authenticate needs one: that is told in this answer alone.',
    body: exactly({
      name: NAME,
      kind: KIND,
      token_endpoint_auth_method: Type.Optional(AUTH_METHOD),
      jwks: Type.Optional(JWKS),
      ...Type.Partial(Type.Object(CHANGEABLE)).properties,
    }),
    answers: {
      201: exactly({
        ...APPLICATION.properties,
        client_secret: nullable(Type.String({ description: 'Told this once.' })),
      }),
    },
    problems: [409],
  },
  'applications.get': {
    method: 'GET',
    path: '/applications/{client_id}',
    scope: 'applications:read',
    summary: 'Read an application',
    params: ONE,
    answers: { 200: APPLICATION },
    versioned: true,
    problems: [404],
  },
  'applications.update': {
    method: 'PATCH',
    path: '/applications/{client_id}',
    scope: 'applications:write',
    summary: 'Change an application',
    description:
      'What the body does not name stays as it is. Codes for a redirect URI that is taken away count no more.',
    params: ONE,
    body: exactly({
      name: Type.Optional(NAME),
      token_endpoint_auth_method: Type.Optional({
        ...oneOf(['private_key_jwt']),
        description:
          'From a secret to keys, which jwks has to hold: the secrets end at once, and there is no way back. A public application stays one.',
      }),
      jwks: Type.Optional(JWKS),
      ...Type.Partial(Type.Object(CHANGEABLE)).properties,
    }),
    answers: { 200: APPLICATION },
    versioned: true,
    precondition: true,
    problems: [404, 409],
  },
  'applications.delete': {
    method: 'DELETE',
    path: '/applications/{client_id}',
    scope: 'applications:write',
    summary: 'Delete an application',
    description: 'With its subscriptions and every login in it, for good.',
    params: ONE,
    answers: { 204: null },
    precondition: true,
    problems: [404, 409],
  },
  'applications.suspend': {
    method: 'POST',
    path: '/applications/{client_id}/suspend',
    scope: 'applications:write',
    summary: 'Put an application out of use',
    description: 'Gateways refuse its tokens within two seconds; its logins go on when it is restored.',
    params: ONE,
    answers: { 200: APPLICATION },
    versioned: true,
    problems: [404, 409],
  },
  'applications.restore': {
    method: 'POST',
    path: '/applications/{client_id}/restore',
    scope: 'applications:write',
    summary: 'Take the suspension of an application back',
    params: ONE,
    answers: { 200: APPLICATION },
    versioned: true,
    problems: [404],
  },
  'applications.rotate_secret': {
    method: 'POST',
    path: '/applications/{client_id}/secret',
    scope: 'applications:write',
    summary: 'Give an application a new secret',
    description:
      'It is told in this answer alone. The one before goes on until previous_until, then the new one alone counts.',
    params: ONE,
    body: exactly({
      keep_previous_seconds: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 30 * 24 * 3600,
          description: 'A day without it; 0: the one before ends at once.',
        }),
      ),
    }),
    answers: {
      200: exactly({ client_id: CLIENT_ID, client_secret: Type.String(), previous_until: nullable(MOMENT) }),
    },
    problems: [404, 409],
  },
  'applications.set_logo': {
    method: 'PUT',
    path: '/applications/{client_id}/logo',
    scope: 'applications:write',
    summary: 'Set the logo of an application',
    description:
      'PNG, JPEG or WebP, 1 MB at most. It is encoded anew, 512 pixels wide and high at most; of what moves, the first frame. The catalogue file says nothing of logos, so applications of the file get theirs here, too.',
    params: ONE,
    body: exactly({
      image: Type.String({
        minLength: 4,
        maxLength: 1_400_000,
        pattern: '^[A-Za-z0-9+/]+={0,2}$',
        description: 'The file in base64.',
      }),
    }),
    maxBodyBytes: 1_500_000,
    answers: { 200: APPLICATION },
    problems: [404],
  },
  'applications.delete_logo': {
    method: 'DELETE',
    path: '/applications/{client_id}/logo',
    scope: 'applications:write',
    summary: 'Take the logo of an application away',
    params: ONE,
    answers: { 204: null },
    problems: [404],
  },
  'applications.verify_name': {
    method: 'PUT',
    path: '/applications/{client_id}/verified-name',
    scope: 'applications:write',
    summary: 'Vouch for the name of an application',
    description:
      'For administrators: pages show it without the host of its redirect URI then. With the name as it was read; another name needs it anew.',
    params: ONE,
    body: exactly({ name: NAME }),
    answers: { 200: APPLICATION },
    problems: [404, 409],
  },
  'applications.unverify_name': {
    method: 'DELETE',
    path: '/applications/{client_id}/verified-name',
    scope: 'applications:write',
    summary: 'Vouch for the name of an application no more',
    params: ONE,
    answers: { 204: null },
    problems: [404, 409],
  },
  'applications.list_secrets': {
    method: 'GET',
    path: '/applications/{client_id}/secrets',
    scope: 'applications:read',
    summary: 'List the secrets of an application',
    description: 'One or two, the newer first. None can be read again; `id` begins the SHA-256 of it, in base64url.',
    params: ONE,
    answers: { 200: exactly({ items: Type.Array(SECRET) }) },
    problems: [404],
  },
  'applications.add_secret': {
    method: 'POST',
    path: '/applications/{client_id}/secrets',
    scope: 'applications:write',
    summary: 'Give an application a second secret',
    description:
      'It is told in this answer alone, and works at once. The one before goes on as long as told. An application has two at most.',
    params: ONE,
    body: exactly({
      keep_previous_seconds: Type.Optional(
        Type.Integer({
          minimum: 60,
          maximum: 30 * 24 * 3600,
          description: 'Without it the one before goes on until it is ended.',
        }),
      ),
    }),
    answers: { 201: exactly({ ...SECRET.properties, client_secret: Type.String({ description: 'Told this once.' }) }) },
    problems: [404, 409],
  },
  'applications.end_secret': {
    method: 'DELETE',
    path: '/applications/{client_id}/secrets/{secret_id}',
    scope: 'applications:write',
    summary: 'End one of two secrets of an application',
    description: 'At once. The other one has no end then, whatever was told before: an application keeps one.',
    params: exactly({ client_id: CLIENT_ID, secret_id: SECRET_ID }),
    answers: { 204: null },
    problems: [404, 409],
  },
  'applications.get_identity': {
    method: 'GET',
    path: '/applications/{client_id}/identity',
    scope: 'applications:read',
    summary: 'Read what phones know an application by',
    params: ONE,
    answers: { 200: IDENTITY },
    versioned: true,
    problems: [404],
  },
  'applications.set_identity': {
    method: 'PUT',
    path: '/applications/{client_id}/identity',
    scope: 'applications:write',
    summary: 'Set what phones know an application by',
    description:
      'App links, passkeys of the app and attestation follow from it, links and passkeys once an administrator has confirmed it; any change of them takes that back. A developer lets no app ask for passkeys. With If-Match of what was read, or `*`.',
    params: ONE,
    body: exactly({
      android: Type.Optional(nullable(ANDROID)),
      apple: Type.Optional(nullable(APPLE)),
      passkeys: Type.Optional(Type.Boolean()),
      attestation: Type.Optional(ATTESTATION),
    }),
    answers: { 200: IDENTITY },
    versioned: true,
    precondition: true,
    problems: [404, 409],
  },
  'applications.delete_identity': {
    method: 'DELETE',
    path: '/applications/{client_id}/identity',
    scope: 'applications:write',
    summary: 'Take away what phones know an application by',
    params: ONE,
    answers: { 204: null },
    precondition: true,
    problems: [404, 409],
  },
  'applications.confirm_identity': {
    method: 'PUT',
    path: '/applications/{client_id}/confirmed-identity',
    scope: 'applications:write',
    summary: 'Let what phones know an application by count',
    description: 'For administrators. With If-Match of what was read.',
    params: ONE,
    answers: { 200: IDENTITY },
    versioned: true,
    precondition: true,
    problems: [404],
  },
} as const satisfies OperationTable
