// Ready snippets for a registered app, by platform. Pure: values in, texts out; nothing here knows a database or a page.
import { expoSnippet } from './expo.ts'
import { flutterSnippet } from './flutter.ts'
import { kotlinSnippet } from './kotlin.ts'
import { reactNativeSnippet } from './react-native.ts'
import { type PhoneSettings, phoneSettings, type SnippetSettings } from './settings.ts'
import type { Snippet } from './snippet.ts'
import { swiftSnippet } from './swift.ts'

const SNIPPETS = {
  swift: swiftSnippet,
  kotlin: kotlinSnippet,
  flutter: flutterSnippet,
  'react-native': reactNativeSnippet,
  expo: expoSnippet,
} as const satisfies Record<string, (settings: PhoneSettings) => Snippet>

/** AppAuth on iOS, and what is built on it, waits for a scheme of the app's own. */
const TAKES_LINKS: readonly string[] = ['kotlin']

export type SnippetPlatform = keyof typeof SNIPPETS

export function isSnippetPlatform(name: string): name is SnippetPlatform {
  return Object.hasOwn(SNIPPETS, name)
}

/** In the order in which they are shown. */
export const SNIPPET_PLATFORMS = Object.keys(SNIPPETS).filter(isSnippetPlatform)

/** @returns undefined where no redirect URI of the app is one that opens it on this platform. */
export function snippetFor(platform: SnippetPlatform, settings: SnippetSettings): Snippet | undefined {
  const known = phoneSettings(settings, TAKES_LINKS.includes(platform))
  return known && SNIPPETS[platform](known)
}
