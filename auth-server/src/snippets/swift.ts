// An app for iOS in Swift, with AppAuth.
import { swiftString } from './literals.ts'
import { infoPlist, reachNotes } from './phones.ts'
import type { PhoneSettings } from './settings.ts'
import type { Snippet } from './snippet.ts'

export function swiftSnippet(settings: PhoneSettings): Snippet {
  const { issuer, clientId, redirectUri, scopes, resource } = settings
  const text = `import AppAuth
import UIKit

final class Login {
  // Literals that are URLs: the initializer cannot fail.
  private let issuer = URL(string: ${swiftString(issuer)})!
  private let redirectURL = URL(string: ${swiftString(redirectUri)})!
  private let api = URL(string: ${swiftString(resource)})!

  private var flow: OIDExternalUserAgentSession?
  private var state: OIDAuthState?

  /// Opens the system's browser. Keep this object for as long as the login goes on.
  func signIn(from presenter: UIViewController, done: @escaping (Error?) -> Void) {
    OIDAuthorizationService.discoverConfiguration(forIssuer: issuer) { configuration, error in
      guard let configuration = configuration else { return done(error) }
      let request = OIDAuthorizationRequest(
        configuration: configuration,
        clientId: ${swiftString(clientId)},
        scopes: [${scopes.map(swiftString).join(', ')}],
        redirectURL: self.redirectURL,
        responseType: OIDResponseTypeCode,
        additionalParameters: ["resource": ${swiftString(resource)}])
      self.flow = OIDAuthState.authState(byPresenting: request, presenting: presenter) { state, error in
        self.state = state
        done(error)
      }
    }
  }

  /// A request with an access token that is still good: AppAuth refreshes it when needed.
  func request(path: String, done: @escaping (URLRequest?, Error?) -> Void) {
    guard let state = state else { return done(nil, nil) }
    state.performAction { accessToken, _, error in
      guard let accessToken = accessToken else { return done(nil, error) }
      var request = URLRequest(url: self.api.appendingPathComponent(path))
      request.setValue("Bearer " + accessToken, forHTTPHeaderField: "Authorization")
      done(request, nil)
    }
  }
}`
  return {
    library: 'AppAuth',
    install: 'In Xcode: File > Add Package Dependencies… > https://github.com/openid/AppAuth-iOS',
    parts: [{ file: 'Login.swift', language: 'swift', text }, infoPlist(settings, 'Info.plist')],
    notes: [...reachNotes(settings), { name: 'keychain' }],
  }
}
