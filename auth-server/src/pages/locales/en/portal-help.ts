// Texts of the help for developers in English.

export const PORTAL_HELP = {
  lead: 'What to write into an app, for each platform. Use a library that follows RFC 8252; the code below does.',
  values: (app: string) => `With the values of ${app}`,
  example: 'With made-up values. Choose an application to have its own filled in.',
  choose: 'Choose an application',
  chooseOther: 'Choose another application',
  tryIt: 'Try it, step by step',
  platforms: 'Platforms',
  clientId: 'Client ID',
  redirectUri: 'Redirect URI',
  api: 'API',
  scopes: 'Scopes',
  issuer: 'Issuer',
  waits: 'Its subscription waits for approval: until then nobody can sign in.',
  noApi: 'It has no subscription to an API yet, so the address of the API is made up.',
  install: 'Install',
  notes: 'Good to know',
  /** Where in a file that the app has already. */
  within: {
    dict: (file: string) => `${file}, in its <dict>`,
    top: (file: string) => `${file}, in it`,
  },
  /** Beside the code of a platform; the command prints them in English. */
  codeNotes: {
    adb: (commands: string) => `On Android localhost is the phone: ${commands}`,
    simulator: (_fact: string) => 'The simulator of iOS shares localhost with its Mac.',
    plain: (_fact: string) => 'What allows plain http goes once the servers have certificates.',
    keychain: (_fact: string) => 'Keep the state (it is NSSecureCoding) in the keychain, not in UserDefaults.',
    assetLinks: (command: string) =>
      `Android opens the app once the website names it in /.well-known/assetlinks.json: ${command} says how.`,
    keystore: (_fact: string) =>
      'Keep the state (jsonSerializeString) encrypted by a key of the Keystore. Use the connection off the main thread.',
    secureStorage: (_fact: string) => 'Keep the refresh token in flutter_secure_storage.',
    appDelegate: (_fact: string) =>
      'AppDelegate has to be an RNAppAuthAuthorizationFlowManager: see "Manual Setup" in the documentation of react-native-app-auth.',
    reactKeychain: (_fact: string) => 'Keep the refresh token in react-native-keychain.',
    expoGo: (_fact: string) => 'Expo Go has no scheme of yours: npx expo run:ios, npx expo run:android.',
    expoPlain: (_fact: string) => 'Development builds for Android allow plain http, others refuse it.',
    secureStore: (_fact: string) =>
      'Keep the refresh token in expo-secure-store; refreshAsync trades it, and each works once.',
    notInAddressBar: (redirectUri: string) =>
      `No address bar shows ${redirectUri}: it stands in the console of the browser’s developer tools. Or register http://127.0.0.1/callback beside it: that one is shown, and is then in the command.`,
    codeOnce: (_fact: string) => 'A code is good for a minute, and once.',
    confidential: (_fact: string) => 'A confidential client adds its secret: -u CLIENT_ID:SECRET.',
  },
  notOnPhone:
    'None of its redirect URIs opens an app on this platform. Register one such as com.example.mine:/callback.',
  pkce: {
    title: 'PKCE: why a stolen code is worth nothing',
    lead: 'On a phone another app may read the answer of a sign-in. So the app makes up a secret, sends only its SHA-256 along, and shows the secret when it redeems the code. Libraries do that by themselves. The example of RFC 7636, appendix B:',
    verifier: 'Secret (code_verifier)',
    challenge: 'Its SHA-256 in base64url (code_challenge)',
  },
  browser: {
    title: 'The system browser, and state',
    points: [
      'The sign-in opens in the browser of the phone: ASWebAuthenticationSession on iOS, a Custom Tab on Android. In a web view the app could read what is typed, so people should not trust it.',
      'Each sign-in has a random state of its own. The app compares it when the answer comes, and drops an answer with another one. Libraries do that by themselves.',
    ],
  },
  dpop: {
    title: 'Tokens bound to a key (DPoP)',
    points: [
      'The app makes a key in the key store of the phone, and signs each token request by it in the header DPoP (RFC 9449). The tokens are of no use without the key then.',
      'Each call carries such a proof, too, with a hash of the token; the scheme is Authorization: DPoP.',
      'When the answer is use_dpop_nonce, send a new proof with the DPoP-Nonce that came along.',
    ],
  },
  refresh: {
    title: 'Refresh, and answers that get lost',
    points: [
      'An access token lives ten minutes. A refresh token works once, and its answer brings the next one: keep that before anything else.',
      'Was the answer lost on the way, send the same refresh token again: for two minutes the same successor comes back, and once within 24 hours a new one.',
      'A used token that comes again later ends the login, because a thief and the owner look alike. Then, and at invalid_grant, ask the person to sign in again.',
    ],
  },
  signOut: {
    title: 'Sign out',
    points: [
      'POST /revoke with the refresh token ends the login in the app. The gateway refuses its access token within two seconds.',
      'To end the session of the browser as well, open /logout with id_token_hint.',
      'People can end it, too, in their account: the next refresh is invalid_grant.',
    ],
  },
  appLinks: {
    title: 'App links',
    points: [
      'A private-use scheme can be claimed by any app on the phone, so people are asked whether to continue. A link of a website that belongs to your app alone saves them the question.',
      'This server can serve the files that phones ask for (assetlinks.json, apple-app-site-association): tell it the package and certificate on Android, the team and bundle on Apple’s systems.',
    ],
  },
  devices: {
    title: 'Device identities',
    points: [
      'People can begin without an account: the app makes a key in the key store of the phone, registers it at /devices, and gets tokens for a guest who has a sub like everybody.',
      'With an account the guest’s data stays: the app pushes a sign-in with device_assertion to /par.',
      'It takes the grant urn:ietf:params:oauth:grant-type:jwt-bearer and an API that admits guests.',
    ],
  },
  backend: {
    title: 'For backends',
    lead: 'The gateway verifies the token and tells the backend by these headers who calls. Whatever a client sends under these names is removed. Make the backend private: whoever reaches it directly can pose as anybody.',
    headers: {
      userId: 'The person (sub); absent when an application calls for itself',
      kind: 'account, guest, application or anonymous',
      attested: 'true when a phone has vouched for the key; otherwise absent',
      scope: 'What the person allowed the app to do',
      username: 'The client ID of the app',
      applicationId: 'The id of the application',
      credential: 'The client ID once more',
      issuer: 'The issuer, where a policy trusts several',
      anonymous: 'true for a call without a token, where that may pass',
    },
    sdk: 'In Node the package @mobile-api-gateway/sdk reads and checks them, with plugins for Fastify and Express. Other languages read the headers themselves: a header that is missing, or comes twice, is a call to refuse.',
  },
}
