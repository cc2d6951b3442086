// The kinds of identity providers: THE table. A new one is a file of this folder and a row here.
import { APPLE } from './apple.ts'
import { ENTRA } from './entra.ts'
import { GITHUB } from './github.ts'
import { GOOGLE } from './google.ts'
import { HTTP_CHECK } from './http-check.ts'
import { LDAP } from './ldap/kind.ts'
import { OAUTH2 } from './oauth2.ts'
import { OIDC } from './oidc.ts'
import type { ProviderKind } from './provider.ts'
import { SAML } from './saml/kind.ts'

/** By the word that stands at `kind` in the configuration. */
export const KINDS = {
  oidc: OIDC,
  oauth2: OAUTH2,
  google: GOOGLE,
  github: GITHUB,
  entra: ENTRA,
  apple: APPLE,
  saml: SAML,
  ldap: LDAP,
  http: HTTP_CHECK,
} as const satisfies Readonly<Record<string, ProviderKind>>
