// THE table of the protocol's endpoints: routes, methods and 405, CORS, caching and discovery follow from it.
import { ASSET_LINKS_PATH, SITE_ASSOCIATION_PATH } from '../catalogue/app-links.ts'
import { federationPath } from '../identity/federation/addresses.ts'
import { AUTHORIZE_PATH, LOGOUT_PATH, resumePath, TOKEN_PATH } from '../interaction/paths.ts'
import { assetLinksHandler, siteAssociationHandler } from './app-links.ts'
import { authorizeHandler } from './authorize/index.ts'
import { resumeHandler } from './authorize/resume.ts'
import { registrationHandler } from './client/registration.ts'
import { deviceChallengeHandler } from './device/challenge-endpoint.ts'
import { DEVICES_PATH, deviceRegistrationHandler } from './device/registration.ts'
import type { Endpoint } from './endpoint.ts'
import { REVOCATIONS_PATH } from './feed/gateway-access.ts'
import { PLAN_LIMITS_PATH, planLimitsHandler } from './feed/plan-limits.ts'
import { revocationsHandler } from './feed/revocations.ts'
import { USAGE_PATH, usageHandler } from './feed/usage.ts'
import { introspectionHandler } from './introspect.ts'
import { JWKS_PATH, jwksHandler } from './jwks.ts'
import { logoutHandler } from './logout.ts'
import { DISCOVERY_PATH, metadataHandler } from './metadata.ts'
import { parHandler } from './par.ts'
import { revocationHandler } from './revoke.ts'
import { tokenHandler } from './token/index.ts'
import { upstreamLogoutHandler } from './upstream-logout.ts'
import { userinfoHandler } from './userinfo.ts'

/** Opened by a person's browser. */
const PAGE = { errors: 'page' } as const
/** Called by a program. */
const CALL = { errors: 'oauth', noStore: true } as const
/** The same for everybody; says itself for how long. */
const DOCUMENT = { methods: ['GET', 'HEAD'], errors: 'oauth', cors: 'everyone' } as const
/** The same for the systems of phones, which are no pages. */
const SYSTEM_DOCUMENT = { methods: ['GET', 'HEAD'], errors: 'oauth' } as const

export const ENDPOINTS: readonly Endpoint[] = [
  {
    ...PAGE,
    path: AUTHORIZE_PATH,
    methods: ['GET', 'POST'],
    perApi: true,
    discovery: 'authorization_endpoint',
    handler: authorizeHandler,
  },
  { ...PAGE, path: resumePath(':request'), methods: ['GET'], handler: resumeHandler },
  {
    ...CALL,
    path: '/par',
    methods: ['POST'],
    parameters: ['dpop_jkt', 'device_assertion'],
    perApi: true,
    readsProofs: true,
    cors: 'browser apps',
    discovery: 'pushed_authorization_request_endpoint',
    handler: parHandler,
  },
  {
    ...CALL,
    path: TOKEN_PATH,
    methods: ['POST'],
    perApi: true,
    readsProofs: true,
    cors: 'browser apps',
    discovery: 'token_endpoint',
    handler: tokenHandler,
  },
  {
    ...CALL,
    path: '/userinfo',
    methods: ['GET', 'POST'],
    readsProofs: true,
    cors: 'browser apps',
    discovery: 'userinfo_endpoint',
    handler: userinfoHandler,
  },
  {
    ...CALL,
    path: '/revoke',
    methods: ['POST'],
    parameters: ['token', 'token_type_hint'],
    cors: 'browser apps',
    discovery: 'revocation_endpoint',
    handler: revocationHandler,
  },
  {
    ...CALL,
    path: '/introspect',
    methods: ['POST'],
    parameters: ['token', 'token_type_hint'],
    discovery: 'introspection_endpoint',
    handler: introspectionHandler,
  },
  {
    ...CALL,
    path: '/register',
    methods: ['POST'],
    body: 'json',
    discovery: 'registration_endpoint',
    handler: registrationHandler,
  },
  {
    ...CALL,
    path: `${DEVICES_PATH}/challenge`,
    methods: ['POST'],
    discovery: 'device_challenge_endpoint',
    handler: deviceChallengeHandler,
  },
  {
    ...CALL,
    path: DEVICES_PATH,
    methods: ['POST'],
    parameters: ['proof', 'device_name', 'attestation', 'attestation_type'],
    discovery: 'device_registration_endpoint',
    handler: deviceRegistrationHandler,
  },
  {
    ...CALL,
    path: REVOCATIONS_PATH,
    methods: ['GET'],
    readsProofs: true,
    // an extension of ours, as RFC 8414 §2 allows
    discovery: 'revocations_endpoint',
    handler: revocationsHandler,
  },
  // Gateways find it beside the feed of revocations.
  {
    ...CALL,
    path: PLAN_LIMITS_PATH,
    methods: ['POST'],
    body: 'json',
    readsProofs: true,
    handler: planLimitsHandler,
  },
  {
    ...CALL,
    path: USAGE_PATH,
    methods: ['POST'],
    body: 'json',
    readsProofs: true,
    handler: usageHandler,
  },
  {
    ...CALL,
    path: federationPath('logout'),
    methods: ['GET', 'POST'],
    getIsPage: true,
    bodyLimitBytes: 128 * 1024,
    parameters: ['logout_token'],
    handler: upstreamLogoutHandler,
  },
  { ...PAGE, path: LOGOUT_PATH, methods: ['GET', 'POST'], discovery: 'end_session_endpoint', handler: logoutHandler },
  { ...DOCUMENT, path: JWKS_PATH, discovery: 'jwks_uri', handler: jwksHandler },
  { ...DOCUMENT, path: DISCOVERY_PATH, handler: metadataHandler },
  { ...DOCUMENT, path: '/.well-known/oauth-authorization-server', handler: metadataHandler },
  { ...SYSTEM_DOCUMENT, path: ASSET_LINKS_PATH, handler: assetLinksHandler },
  { ...SYSTEM_DOCUMENT, path: SITE_ASSOCIATION_PATH, handler: siteAssociationHandler },
]
