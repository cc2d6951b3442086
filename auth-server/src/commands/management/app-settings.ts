// The settings of an app as its developer needs them, and code with them in it.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { each } from '@mobile-api-gateway/sdk/management/index.ts'
import { ENDPOINTS } from '../../oauth/endpoints.ts'
import { EN } from '../../pages/locales/en.ts'
import { curlSnippet } from '../../snippets/curl.ts'
import { isSnippetPlatform, SNIPPET_PLATFORMS, type SnippetPlatform, snippetFor } from '../../snippets/index.ts'
import type { SnippetSettings } from '../../snippets/settings.ts'
import { noteOf, placeOf, type Snippet } from '../../snippets/snippet.ts'
import type { ManagementConnection } from './connect.ts'
import { Mistake } from './mistake.ts'
import type { GivenValues } from './options.ts'
import { facts, type Told, wordOf } from './tell.ts'
import type { VerbCall } from './verb.ts'

type ShownApp = OperationAnswer<'applications.get'>

type CodePlatform = SnippetPlatform | 'curl'
/** What `--for` takes. */
export const CODE_PLATFORMS: readonly CodePlatform[] = [...SNIPPET_PLATFORMS, 'curl']

/** @throws {Mistake} for one that there is no code for */
export function requirePlatform(name: GivenValues[string]): CodePlatform | undefined {
  if (name === undefined || name === 'curl') return name
  if (typeof name === 'string' && isSnippetPlatform(name)) return name
  throw new Mistake(`--for is one of ${CODE_PLATFORMS.join(', ')}.`)
}

function codeOf(platform: CodePlatform, settings: SnippetSettings): Snippet | undefined {
  if (platform !== 'curl') return snippetFor(platform, settings)
  const addressOf = (name: string) =>
    settings.issuer + (ENDPOINTS.find(({ discovery }) => discovery === name)?.path ?? '')
  return curlSnippet(settings, {
    authorization: addressOf('authorization_endpoint'),
    token: addressOf('token_endpoint'),
  })
}

/** @throws {Mistake} where no code can be written for these redirect URIs */
export function requirePhone(platform: CodePlatform, redirectUris: readonly string[]): void {
  const nothing = { clientId: '', issuer: '', scopes: [], resource: '' }
  if (codeOf(platform, { ...nothing, redirectUris })) return
  throw new Mistake(
    `Code for ${platform} needs a redirect URI that opens the app, such as com.example.mine:/callback, not ${redirectUris.map(wordOf).join(' and ') || 'none'}.`,
  )
}

interface Use {
  readonly resource: string
  readonly scopes: readonly string[]
  readonly words: string
}

async function usesOf({ client }: ManagementConnection, clientId: string): Promise<readonly Use[]> {
  const uses: Use[] = []
  for await (const { api_id: id, plan, scopes, trusted, status } of each(client.subscriptions.list, {
    client_id: clientId,
  })) {
    const { resource } = await client.apis.get({ id })
    const words = [
      `${id} (${resource})`,
      `plan ${plan}`,
      ...(trusted ? ['trusted'] : []),
      ...(status === 'approved' ? [] : [status]),
    ]
    uses.push({ resource, scopes, words: words.join(', ') })
  }
  return uses
}

/** What goes into the app. */
export async function tellApp(call: VerbCall, app: ShownApp, platform: CodePlatform | undefined): Promise<Told> {
  const uses = await usesOf(call, app.client_id)
  const settings = {
    client_id: app.client_id,
    name: app.name,
    issuer: call.issuer,
    redirect_uris: app.redirect_uris,
    scopes: [...new Set(uses.flatMap(({ scopes }) => scopes))],
    apis: uses.map(({ words }) => words),
    ...(app.suspended_at !== null && { suspended_at: app.suspended_at }),
    managed_by: app.managed_by,
  }
  const told = facts(settings, true)
  return { json: app, text: `${told}\n\n${platform ? codeFor(call, app, uses, platform) : hint(app)}` }
}

function hint({ client_id: id, kind }: ShownApp): string {
  return kind === 'native'
    ? `Code with these settings: npm run app -- show ${id} --for ${CODE_PLATFORMS.join('|')}`
    : ''
}

function codeFor(
  { issuer }: ManagementConnection,
  app: ShownApp,
  uses: readonly Use[],
  platform: CodePlatform,
): string {
  const [use] = uses
  if (!use)
    throw new Mistake(`${app.client_id} may use no API yet: npm run subscription -- add --app ${app.client_id} --api …`)
  const { client_id: clientId, redirect_uris: redirectUris } = app
  requirePhone(platform, redirectUris)
  const snippet = codeOf(platform, { clientId, issuer, redirectUris, scopes: use.scopes, resource: use.resource })
  if (!snippet) return ''
  const parts = snippet.parts.map((part) => `--- ${placeOf(part, EN)}\n\n${part.text}\n`)
  const notes = snippet.notes.map((note) => `- ${noteOf(note, EN)}`)
  const which = uses.length > 1 ? [`The code calls ${use.resource}; a token is for one API.`] : []
  return [...which, `With ${snippet.library}: ${snippet.install}`, '', ...parts, ...notes].join('\n')
}
