// auth-server/docs/provider-kinds.md: what is to be registered where and every setting, from the kinds of identity providers.
import { federationPath } from '@mobile-api-gateway/auth-server/identity/federation/addresses.ts'
import { COMMON_FIELDS } from '@mobile-api-gateway/auth-server/identity/federation/configure.ts'
import type { ProviderFields, ProviderKind } from '@mobile-api-gateway/auth-server/identity/federation/provider.ts'
import { code, generatedFrom, table } from './markdown.ts'

const INTRODUCTION = `# Kinds of identity providers

What has to be registered where, and each setting below \`providers:\` in the catalogue file. How providers work here, and whose account
it is: [providers.md](providers.md).

The addresses of this server are registered elsewhere, so they never change. \`ISSUER\` is the server's, \`NAME\` is what you call the
provider in the file.

| Address | For |
|---|---|
| \`ISSUER${federationPath('callback', 'NAME')}\` | the redirect URI of every kind but \`saml\`, \`ldap\` and \`http\` |
| \`ISSUER${federationPath('acs', 'NAME')}\` | where a SAML provider posts its answers |
| \`ISSUER${federationPath('metadata', 'NAME')}\` | what a SAML provider reads about this server, and its entity ID |
| \`ISSUER${federationPath('logout', 'NAME')}\` | where an OpenID Connect provider says that a sign-in is over: its \`backchannel_logout_uri\`; and where people come back to who were signed out there: among its \`post_logout_redirect_uris\`. Of a SAML provider: single logout |`

function fieldTable(fields: ProviderFields): string {
  const rows = Object.entries(fields).map(([name, field]) => [
    code(name),
    'byDefault' in field ? shown(field.byDefault) : 'needed',
    `${field.about.charAt(0).toUpperCase()}${field.about.slice(1)}`,
  ])
  return table(['Key', 'Without it', 'Meaning'], rows)
}

function shown(value: unknown): string {
  return typeof value === 'string' ? code(value) : ''
}

/** The text of the page. */
export function providerKinds(kinds: Readonly<Record<string, ProviderKind>>): string {
  const sections = Object.entries(kinds).flatMap(([word, { title, register, fields }]) => [
    `## ${title}: \`kind: ${word}\``,
    register,
    fieldTable(fields),
  ])
  const common = ['## All of them', fieldTable(COMMON_FIELDS)]
  const from = generatedFrom('auth-server/src/identity/federation/')
  return `${[from, INTRODUCTION, ...common, ...sections].join('\n\n')}\n`
}
