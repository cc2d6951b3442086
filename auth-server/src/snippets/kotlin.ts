// An app for Android in Kotlin, with AppAuth.
import { kotlinString } from './literals.ts'
import { appLinkManifest, debugManifest, gradlePlaceholder, reachNotes } from './phones.ts'
import type { PhoneSettings } from './settings.ts'
import type { Snippet } from './snippet.ts'

const APPAUTH = 'net.openid:appauth:0.11.1'

export function kotlinSnippet(settings: PhoneSettings): Snippet {
  const { issuer, clientId, redirectUri, scopes, resource, plainHosts } = settings
  const plain = plainHosts.length > 0
  const text = `import android.content.Context
import android.content.Intent
import android.net.Uri
import java.net.HttpURLConnection
import java.net.URL
import net.openid.appauth.AppAuthConfiguration
import net.openid.appauth.AuthState
import net.openid.appauth.AuthorizationException
import net.openid.appauth.AuthorizationRequest
import net.openid.appauth.AuthorizationResponse
import net.openid.appauth.AuthorizationService
import net.openid.appauth.AuthorizationServiceConfiguration
import net.openid.appauth.ResponseTypeValues
import net.openid.appauth.connectivity.${plain ? 'ConnectionBuilder' : 'DefaultConnectionBuilder'}

class Login(context: Context) {
  private val issuer = Uri.parse(${kotlinString(issuer)})
  private val redirectUri = Uri.parse(${kotlinString(redirectUri)})
${
  plain
    ? `  // Plain http, which AppAuth refuses by itself. With a certificate: DefaultConnectionBuilder.INSTANCE
  private val connections = ConnectionBuilder { uri -> URL(uri.toString()).openConnection() as HttpURLConnection }`
    : '  private val connections = DefaultConnectionBuilder.INSTANCE'
}
  private val service = AuthorizationService(
    context,
    AppAuthConfiguration.Builder().setConnectionBuilder(connections)${plain ? '.setSkipIssuerHttpsCheck(true)' : ''}.build(),
  )
  private var state = AuthState()

  /** Hands over the intent to start for a result, with registerForActivityResult(StartActivityForResult()). */
  fun begin(start: (Intent) -> Unit, failed: (AuthorizationException?) -> Unit) {
    AuthorizationServiceConfiguration.fetchFromIssuer(issuer, { configuration, error ->
      if (configuration == null) {
        failed(error)
      } else {
        val request = AuthorizationRequest.Builder(
          configuration,
          ${kotlinString(clientId)},
          ResponseTypeValues.CODE,
          redirectUri,
        )
          .setScopes(listOf(${scopes.map(kotlinString).join(', ')}))
          .setAdditionalParameters(mapOf("resource" to ${kotlinString(resource)}))
          .build()
        start(service.getAuthorizationRequestIntent(request))
      }
    }, connections)
  }

  /** Takes the result's intent, and redeems the code. */
  fun finish(result: Intent, done: (AuthorizationException?) -> Unit) {
    val response = AuthorizationResponse.fromIntent(result)
    val refusal = AuthorizationException.fromIntent(result)
    state.update(response, refusal)
    if (response == null) return done(refusal)
    service.performTokenRequest(response.createTokenExchangeRequest()) { tokens, error ->
      state.update(tokens, error)
      done(error)
    }
  }

  /** Opens a connection with an access token that is still good: AppAuth refreshes it when needed. */
  fun open(path: String, done: (HttpURLConnection?, AuthorizationException?) -> Unit) {
    state.performActionWithFreshTokens(service) { accessToken, _, error ->
      if (accessToken == null) {
        done(null, error)
      } else {
        val connection = URL(${kotlinString(resource)} + path).openConnection() as HttpURLConnection
        connection.setRequestProperty("Authorization", "Bearer " + accessToken)
        done(connection, null)
      }
    }
  }
}`
  const isLink = settings.scheme === 'https'
  const dependency = ['dependencies {', `  implementation(${kotlinString(APPAUTH)})`, '}']
  return {
    library: 'AppAuth',
    install: `${APPAUTH}, from Maven Central`,
    parts: [
      { file: 'Login.kt', language: 'kotlin', text },
      isLink
        ? { file: 'app/build.gradle.kts', language: 'kotlin', text: dependency.join('\n') }
        : gradlePlaceholder(settings, 'app/build.gradle.kts', ['', ...dependency]),
      ...(isLink ? [appLinkManifest(settings, 'app/src/main/AndroidManifest.xml')] : []),
      ...debugManifest(settings, 'app/src/debug/AndroidManifest.xml'),
    ],
    notes: [
      ...reachNotes(settings),
      ...(isLink ? [{ name: 'assetLinks', fact: 'npm run app-links' } as const] : []),
      { name: 'keystore' },
    ],
  }
}
