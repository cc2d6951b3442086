// The platforms of the help, by the names in its address, and the code for each: the same as `npm run app -- show --for` prints.
import { AUTHORIZE_PATH, TOKEN_PATH } from '../../interaction/paths.ts'
import { curlSnippet } from '../../snippets/curl.ts'
import { type SnippetPlatform, snippetFor } from '../../snippets/index.ts'
import type { SnippetSettings } from '../../snippets/settings.ts'
import type { Snippet } from '../../snippets/snippet.ts'

/** In the order of their tabs. */
export const HELP_PLATFORMS = {
  ios: { label: 'iOS', snippet: (settings: SnippetSettings) => onPhone('swift', settings) },
  android: { label: 'Android', snippet: (settings: SnippetSettings) => onPhone('kotlin', settings) },
  flutter: { label: 'Flutter', snippet: (settings: SnippetSettings) => onPhone('flutter', settings) },
  'react-native': { label: 'React Native', snippet: (settings: SnippetSettings) => onPhone('react-native', settings) },
  expo: { label: 'Expo', snippet: (settings: SnippetSettings) => onPhone('expo', settings) },
  curl: { label: 'curl', snippet: curlOf },
} as const

export type HelpPlatform = keyof typeof HELP_PLATFORMS

export function isHelpPlatform(name: string): name is HelpPlatform {
  return Object.hasOwn(HELP_PLATFORMS, name)
}

function onPhone(platform: SnippetPlatform, settings: SnippetSettings): Snippet | undefined {
  return snippetFor(platform, settings)
}

function curlOf(settings: SnippetSettings): Snippet | undefined {
  const { issuer } = settings
  return curlSnippet(settings, { authorization: issuer + AUTHORIZE_PATH, token: issuer + TOKEN_PATH })
}
