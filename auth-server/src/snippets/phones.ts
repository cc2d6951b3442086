// What Info.plist and AndroidManifest.xml need for the scheme of an app, and for plain http while there is no certificate.
import { kotlinString, xmlText } from './literals.ts'
import type { PhoneSettings } from './settings.ts'
import type { SnippetNote, SnippetPart } from './snippet.ts'

/** Whether App Transport Security counts a host as local: no dot, `.local`, or an address. */
function isLocalToApple(host: string): boolean {
  return !host.includes('.') || host.endsWith('.local') || /^[\d.]+$/.test(host) || host.startsWith('[')
}

/** What App Transport Security is told, as a property list; empty where everything is https. */
export function transportSecurity({ plainHosts }: PhoneSettings): Readonly<Record<string, unknown>> {
  const far = plainHosts.filter((host) => !isLocalToApple(host))
  return {
    ...(plainHosts.some(isLocalToApple) && { NSAllowsLocalNetworking: true }),
    ...(far.length > 0 && {
      NSExceptionDomains: Object.fromEntries(far.map((host) => [host, { NSExceptionAllowsInsecureHTTPLoads: true }])),
    }),
  }
}

function plistValue(value: unknown, indent: string): string {
  if (value === true) return `${indent}<true/>`
  if (typeof value !== 'object' || value === null) return `${indent}<string>${xmlText(String(value))}</string>`
  const inner = `${indent}  `
  if (Array.isArray(value))
    return [`${indent}<array>`, ...value.map((item) => plistValue(item, inner)), `${indent}</array>`].join('\n')
  return [`${indent}<dict>`, plistMembers(value, inner), `${indent}</dict>`].join('\n')
}

function plistMembers(members: object, indent: string): string {
  return Object.entries(members)
    .map(([name, value]) => `${indent}<key>${xmlText(name)}</key>\n${plistValue(value, indent)}`)
    .join('\n')
}

/** @param file where the app has its Info.plist */
export function infoPlist(settings: PhoneSettings, file: string): SnippetPart {
  const security = transportSecurity(settings)
  const members = {
    CFBundleURLTypes: [{ CFBundleURLSchemes: [settings.scheme] }],
    ...(Object.keys(security).length > 0 && { NSAppTransportSecurity: security }),
  }
  return { file, within: 'dict', language: 'xml', text: plistMembers(members, '') }
}

/** The scheme for AppAuth, by the placeholder of its manifest. */
export function gradlePlaceholder(settings: PhoneSettings, file: string, more: readonly string[] = []): SnippetPart {
  const text = `android {
  defaultConfig {
    manifestPlaceholders["appAuthRedirectScheme"] = ${kotlinString(settings.scheme)}
  }
}${more.map((line) => `\n${line}`).join('')}`
  return { file, language: 'kotlin', text }
}

/** The same for a project whose Gradle files are in Groovy. */
export function groovyPlaceholder({ scheme }: PhoneSettings, file: string): SnippetPart {
  const text = `android {
  defaultConfig {
    manifestPlaceholders = [appAuthRedirectScheme: '${scheme}']
  }
}`
  return { file, language: 'groovy', text }
}

/** The link of a website that opens the app, in the place of the scheme in AppAuth's own manifest. */
export function appLinkManifest({ redirectUri }: PhoneSettings, file: string): SnippetPart {
  const { hostname, pathname } = new URL(redirectUri)
  const text = `<manifest xmlns:android="http://schemas.android.com/apk/res/android" xmlns:tools="http://schemas.android.com/tools">
  <application>
    <activity android:name="net.openid.appauth.RedirectUriReceiverActivity" android:exported="true" tools:node="replace">
      <intent-filter android:autoVerify="true">
        <action android:name="android.intent.action.VIEW" />
        <category android:name="android.intent.category.DEFAULT" />
        <category android:name="android.intent.category.BROWSABLE" />
        <data android:scheme="https" android:host="${xmlText(hostname)}" android:path="${xmlText(pathname)}" />
      </intent-filter>
    </activity>
  </application>
</manifest>`
  return { file, language: 'xml', text }
}

/** Plain http for debug builds alone: what the store gets refuses it. Nothing where everything is https. */
export function debugManifest({ plainHosts }: PhoneSettings, file: string): readonly SnippetPart[] {
  if (plainHosts.length === 0) return []
  const text = `<manifest xmlns:android="http://schemas.android.com/apk/res/android">
  <uses-permission android:name="android.permission.INTERNET" />
  <application android:usesCleartextTraffic="true" />
</manifest>`
  return [{ file, language: 'xml', text }]
}

/** How phones reach servers of this machine. */
export function reachNotes({ loopbackPorts, plainHosts }: PhoneSettings): readonly SnippetNote[] {
  return [
    ...(loopbackPorts.length > 0
      ? [
          {
            name: 'adb',
            fact: loopbackPorts.map((port) => `adb reverse tcp:${port} tcp:${port}`).join(' && '),
          } as const,
          { name: 'simulator' } as const,
        ]
      : []),
    ...(plainHosts.length > 0 ? [{ name: 'plain' } as const] : []),
  ]
}
