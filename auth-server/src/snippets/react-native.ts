// An app in React Native, with react-native-app-auth.
import { scriptString } from './literals.ts'
import { debugManifest, groovyPlaceholder, infoPlist, reachNotes } from './phones.ts'
import type { PhoneSettings } from './settings.ts'
import type { Snippet } from './snippet.ts'

export function reactNativeSnippet(settings: PhoneSettings): Snippet {
  const { issuer, clientId, redirectUri, scopes, resource, plainHosts } = settings
  // Android alone asks for it; iOS goes by Info.plist.
  const insecure = plainHosts.length > 0 ? '\n  dangerouslyAllowInsecureHttpRequests: true, // plain http' : ''
  const text = `import { type AuthConfiguration, authorize, refresh } from 'react-native-app-auth'

const API = ${scriptString(resource)}

const CONFIG: AuthConfiguration = {
  issuer: ${scriptString(issuer)},
  clientId: ${scriptString(clientId)},
  redirectUrl: ${scriptString(redirectUri)},
  scopes: [${scopes.map(scriptString).join(', ')}],
  additionalParameters: { resource: API },${insecure}
}

/** Opens the system's browser. */
export function signIn() {
  return authorize(CONFIG)
}

/** Each refresh token works once: keep the one of the answer. */
export function renew(refreshToken: string) {
  return refresh(CONFIG, { refreshToken })
}

export function callApi(path: string, accessToken: string) {
  return fetch(API + path, { headers: { Authorization: 'Bearer ' + accessToken } })
}`
  return {
    library: 'react-native-app-auth',
    install: 'npm install react-native-app-auth && npx pod-install',
    parts: [
      { file: 'login.ts', language: 'typescript', text },
      infoPlist(settings, 'ios/<App>/Info.plist'),
      groovyPlaceholder(settings, 'android/app/build.gradle'),
      ...debugManifest(settings, 'android/app/src/debug/AndroidManifest.xml'),
    ],
    notes: [...reachNotes(settings), { name: 'appDelegate' }, { name: 'reactKeychain' }],
  }
}
