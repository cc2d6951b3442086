// An app with Expo, with expo-auth-session.
import { scriptString } from './literals.ts'
import { reachNotes, transportSecurity } from './phones.ts'
import type { PhoneSettings } from './settings.ts'
import type { Snippet } from './snippet.ts'

export function expoSnippet(settings: PhoneSettings): Snippet {
  const { issuer, clientId, redirectUri, scopes, resource } = settings
  const text = `import { exchangeCodeAsync, useAuthRequest, useAutoDiscovery } from 'expo-auth-session'
import { Button } from 'react-native'

const ISSUER = ${scriptString(issuer)}
const CLIENT_ID = ${scriptString(clientId)}
const REDIRECT_URI = ${scriptString(redirectUri)}
const API = ${scriptString(resource)}
const SCOPES = [${scopes.map(scriptString).join(', ')}]

type Tokens = Awaited<ReturnType<typeof exchangeCodeAsync>>

/** Opens the system's browser, and hands over the tokens. */
export function SignInButton(props: { onTokens: (tokens: Tokens) => void }) {
  const discovery = useAutoDiscovery(ISSUER)
  const [request, , promptAsync] = useAuthRequest(
    { clientId: CLIENT_ID, redirectUri: REDIRECT_URI, scopes: SCOPES, extraParams: { resource: API } },
    discovery,
  )
  async function signIn() {
    const result = await promptAsync()
    if (result.type !== 'success' || !request?.codeVerifier || !discovery) return
    const { code } = result.params
    const extraParams = { code_verifier: request.codeVerifier }
    const redeemed = { clientId: CLIENT_ID, redirectUri: REDIRECT_URI, code, extraParams }
    props.onTokens(await exchangeCodeAsync(redeemed, discovery))
  }
  return <Button title="Sign in" disabled={!request} onPress={signIn} />
}

export function callApi(path: string, accessToken: string) {
  return fetch(API + path, { headers: { Authorization: 'Bearer ' + accessToken } })
}`
  return {
    library: 'expo-auth-session',
    install: 'npx expo install expo-auth-session expo-crypto',
    parts: [
      { file: 'SignInButton.tsx', language: 'typescript', text },
      { file: 'app.json', within: 'top', language: 'json', text: appJson(settings) },
    ],
    notes: [
      { name: 'expoGo' },
      ...reachNotes(settings),
      ...(settings.plainHosts.length > 0 ? [{ name: 'expoPlain' } as const] : []),
      { name: 'secureStore' },
    ],
  }
}

function appJson(settings: PhoneSettings): string {
  const security = transportSecurity(settings)
  const ios = { ios: { infoPlist: { NSAppTransportSecurity: security } } }
  return JSON.stringify({ expo: { scheme: settings.scheme, ...(Object.keys(security).length > 0 && ios) } }, null, 2)
}
