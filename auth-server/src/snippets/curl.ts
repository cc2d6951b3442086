// A sign-in by hand, with curl and openssl: what every library does, one request after the other.
import type { SnippetSettings } from './settings.ts'
import type { Snippet } from './snippet.ts'

/** A value as one word of a shell, whatever is in it (POSIX.1-2024 §2.2.2). */
function shellWord(text: string): string {
  return `'${text.replace(/[^\x20-\x7e]/g, encodeURIComponent).replaceAll("'", `'\\''`)}'`
}

function isOfWeb(uri: string): boolean {
  return /^https?:/.test(uri)
}

/** Where the flow goes, as discovery says it. */
export interface FlowAddresses {
  readonly authorization: string
  readonly token: string
}

/**
 * @param settings of any application: what is sent to a page stands in the address bar, so a redirect URI of the web is taken
 * before a scheme that no app on this machine opens
 */
export function curlSnippet(
  { clientId, redirectUris, scopes, resource }: SnippetSettings,
  { authorization, token }: FlowAddresses,
): Snippet {
  const redirectUri = redirectUris.find(isOfWeb) ?? redirectUris[0] ?? ''
  const asked = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: scopes.join(' '),
    resource,
    code_challenge_method: 'S256',
  })
  const text = `VERIFIER=$(openssl rand 32 | openssl base64 -A | tr '+/' '-_' | tr -d '=')
CHALLENGE=$(printf %s "$VERIFIER" | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d '=')
STATE=$(openssl rand -hex 16)

# Open this address in a browser and sign in. The address that you are sent to has code and state in it.
echo ${shellWord(`${authorization}?${asked}`)}"&state=$STATE&code_challenge=$CHALLENGE"

read -r -p 'code: ' CODE
curl ${shellWord(token)} \\
  -d grant_type=authorization_code \\
  --data-urlencode client_id=${shellWord(clientId)} \\
  --data-urlencode redirect_uri=${shellWord(redirectUri)} \\
  --data-urlencode "code=$CODE" \\
  -d "code_verifier=$VERIFIER"

read -r -p 'access_token: ' TOKEN
curl -i -H "Authorization: Bearer $TOKEN" ${shellWord(`${resource.replace(/\/$/, '')}/`)}`
  return {
    library: 'curl',
    install: 'curl --version && openssl version',
    parts: [{ file: 'sign-in.sh', language: 'shell', text }],
    notes: [
      ...(isOfWeb(redirectUri) ? [] : [{ name: 'notInAddressBar', fact: redirectUri } as const]),
      { name: 'codeOnce' },
      { name: 'confidential' },
    ],
  }
}
