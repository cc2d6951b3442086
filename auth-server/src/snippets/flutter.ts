// An app in Flutter, with flutter_appauth.
import { dartString } from './literals.ts'
import { debugManifest, gradlePlaceholder, infoPlist, reachNotes } from './phones.ts'
import type { PhoneSettings } from './settings.ts'
import type { Snippet } from './snippet.ts'

export function flutterSnippet(settings: PhoneSettings): Snippet {
  const { issuer, clientId, redirectUri, scopes, resource, plainHosts } = settings
  // Android alone asks for it; iOS goes by Info.plist.
  const insecure = plainHosts.length > 0 ? '\n      allowInsecureConnections: true, // plain http' : ''
  const text = `import 'package:flutter_appauth/flutter_appauth.dart';
import 'package:http/http.dart' as http;

class Login {
  static const clientId = ${dartString(clientId)};
  static const redirectUri = ${dartString(redirectUri)};
  static const issuer = ${dartString(issuer)};
  static const api = ${dartString(resource)};
  static const scopes = [${scopes.map(dartString).join(', ')}];

  final appAuth = const FlutterAppAuth();
  String? accessToken;
  String? refreshToken;

  /// Opens the system's browser.
  Future<void> signIn() async {
    final tokens = await appAuth.authorizeAndExchangeCode(AuthorizationTokenRequest(
      clientId,
      redirectUri,
      issuer: issuer,
      scopes: scopes,
      additionalParameters: {'resource': api},${insecure}
    ));
    accessToken = tokens.accessToken;
    refreshToken = tokens.refreshToken;
  }

  /// Each refresh token works once: keep the new one.
  Future<void> refresh() async {
    final tokens = await appAuth.token(TokenRequest(
      clientId,
      redirectUri,
      issuer: issuer,
      refreshToken: refreshToken,${insecure}
    ));
    accessToken = tokens.accessToken;
    refreshToken = tokens.refreshToken;
  }

  Future<http.Response> call(String path) {
    return http.get(Uri.parse(api + path), headers: {'Authorization': 'Bearer ' + (accessToken ?? '')});
  }
}`
  return {
    library: 'flutter_appauth',
    install: 'flutter pub add flutter_appauth http',
    parts: [
      { file: 'lib/login.dart', language: 'dart', text },
      infoPlist(settings, 'ios/Runner/Info.plist'),
      gradlePlaceholder(settings, 'android/app/build.gradle.kts'),
      ...debugManifest(settings, 'android/app/src/debug/AndroidManifest.xml'),
    ],
    notes: [...reachNotes(settings), { name: 'secureStorage' }],
  }
}
