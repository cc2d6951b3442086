// Texts of the help for developers in German.
import type { PORTAL_HELP as EN } from '../en/portal-help.ts'

export const PORTAL_HELP = {
  lead: 'Was in eine App gehört, für jede Plattform. Nehmen Sie eine Bibliothek, die RFC 8252 folgt; der Code hier tut es.',
  values: (app: string) => `Mit den Werten von ${app}`,
  example: 'Mit erfundenen Werten. Wählen Sie eine Anwendung, damit ihre eigenen hier stehen.',
  choose: 'Anwendung wählen',
  chooseOther: 'Andere Anwendung wählen',
  tryIt: 'Schritt für Schritt ausprobieren',
  platforms: 'Plattformen',
  clientId: 'Client-ID',
  redirectUri: 'Redirect-URI',
  api: 'API',
  scopes: 'Scopes',
  issuer: 'Issuer',
  waits: 'Ihr Abonnement wartet auf Genehmigung: Bis dahin kann sich niemand anmelden.',
  noApi: 'Sie hat noch kein Abonnement einer API, darum ist deren Adresse erfunden.',
  install: 'Installieren',
  notes: 'Gut zu wissen',
  within: {
    dict: (file) => `${file}, in das <dict> darin`,
    top: (file) => `${file}, darin`,
  },
  codeNotes: {
    adb: (commands) => `Unter Android ist localhost das Telefon: ${commands}`,
    simulator: () => 'Der Simulator von iOS teilt localhost mit seinem Mac.',
    plain: () => 'Was http ohne s erlaubt, fällt weg, sobald die Server Zertifikate haben.',
    keychain: () => 'Bewahren Sie den Zustand (er ist NSSecureCoding) im Schlüsselbund auf, nicht in UserDefaults.',
    assetLinks: (command) =>
      `Android öffnet die App, sobald die Website sie in /.well-known/assetlinks.json nennt: ${command} sagt, wie.`,
    keystore: () =>
      'Bewahren Sie den Zustand (jsonSerializeString) verschlüsselt mit einem Schlüssel des Keystore auf. Verwenden Sie die Verbindung nicht im Haupt-Thread.',
    secureStorage: () => 'Bewahren Sie das Refresh-Token in flutter_secure_storage auf.',
    appDelegate: () =>
      'AppDelegate muss ein RNAppAuthAuthorizationFlowManager sein: siehe „Manual Setup“ in der Dokumentation von react-native-app-auth.',
    reactKeychain: () => 'Bewahren Sie das Refresh-Token in react-native-keychain auf.',
    expoGo: () => 'Expo Go kennt Ihr Schema nicht: npx expo run:ios, npx expo run:android.',
    expoPlain: () => 'Entwicklungs-Builds für Android erlauben http ohne s, andere lehnen es ab.',
    secureStore: () =>
      'Bewahren Sie das Refresh-Token in expo-secure-store auf; refreshAsync tauscht es ein, und jedes gilt einmal.',
    notInAddressBar: (redirectUri) =>
      `${redirectUri} zeigt keine Adresszeile: Sie finden es in der Konsole der Entwicklertools des Browsers. Oder registrieren Sie dazu http://127.0.0.1/callback: Das wird angezeigt und steht dann im Befehl.`,
    codeOnce: () => 'Ein Code gilt eine Minute lang, und nur einmal.',
    confidential: () => 'Eine Anwendung mit Secret fügt es hinzu: -u CLIENT_ID:SECRET.',
  },
  notOnPhone:
    'Keine ihrer Redirect-URIs öffnet auf dieser Plattform eine App. Registrieren Sie eine wie com.example.mine:/callback.',
  pkce: {
    title: 'PKCE: warum ein gestohlener Code wertlos ist',
    lead: 'Auf einem Telefon liest vielleicht eine andere App die Antwort einer Anmeldung mit. Darum würfelt die App ein Geheimnis, sendet nur dessen SHA-256 mit und zeigt das Geheimnis erst beim Einlösen des Codes. Bibliotheken tun das von selbst. Das Beispiel aus RFC 7636, Anhang B:',
    verifier: 'Geheimnis (code_verifier)',
    challenge: 'Sein SHA-256 in base64url (code_challenge)',
  },
  browser: {
    title: 'Der Browser des Systems, und state',
    points: [
      'Die Anmeldung öffnet sich im Browser des Telefons: ASWebAuthenticationSession unter iOS, ein Custom Tab unter Android. In einer WebView könnte die App mitlesen, was man tippt; ihr sollte niemand trauen.',
      'Jede Anmeldung hat ein eigenes, zufälliges state. Die App vergleicht es, wenn die Antwort kommt, und verwirft eine Antwort mit einem anderen. Bibliotheken tun das von selbst.',
    ],
  },
  dpop: {
    title: 'An einen Schlüssel gebundene Tokens (DPoP)',
    points: [
      'Die App erzeugt einen Schlüssel im Schlüsselspeicher des Telefons und unterschreibt damit jede Token-Anfrage im Header DPoP (RFC 9449). Ohne den Schlüssel nützen die Tokens dann nichts.',
      'Auch jeder Aufruf trägt einen solchen Nachweis, mit einem Hash des Tokens; das Schema ist Authorization: DPoP.',
      'Ist die Antwort use_dpop_nonce, senden Sie einen neuen Nachweis mit der DPoP-Nonce, die mitkam.',
    ],
  },
  refresh: {
    title: 'Erneuern, und Antworten, die verloren gehen',
    points: [
      'Ein Access-Token lebt zehn Minuten. Ein Refresh-Token gilt einmal, seine Antwort bringt das nächste: Speichern Sie das zuerst.',
      'Ging die Antwort unterwegs verloren, senden Sie dasselbe Refresh-Token noch einmal: Zwei Minuten lang kommt derselbe Nachfolger, und einmal innerhalb von 24 Stunden ein neuer.',
      'Kommt ein benutztes Token später wieder, endet die Anmeldung, denn Dieb und Besitzer sehen gleich aus. Bitten Sie dann, und bei invalid_grant, um eine neue Anmeldung.',
    ],
  },
  signOut: {
    title: 'Abmelden',
    points: [
      'POST /revoke mit dem Refresh-Token beendet die Anmeldung in der App. Das Gateway lehnt ihr Access-Token innerhalb von zwei Sekunden ab.',
      'Um auch die Sitzung des Browsers zu beenden, öffnen Sie /logout mit id_token_hint.',
      'Auch Menschen selbst beenden sie in ihrem Konto: Die nächste Erneuerung ist invalid_grant.',
    ],
  },
  appLinks: {
    title: 'App-Links',
    points: [
      'Ein eigenes Schema kann jede App auf dem Telefon beanspruchen, darum fragt der Server vor dem Fortfahren. Ein Link einer Website, der Ihrer App allein gehört, erspart die Frage.',
      'Dieser Server kann die Dateien ausliefern, nach denen Telefone fragen (assetlinks.json, apple-app-site-association): Nennen Sie ihm Paket und Zertifikat für Android, Team und Bundle für die Systeme von Apple.',
    ],
  },
  devices: {
    title: 'Geräte-Identitäten',
    points: [
      'Es geht auch ohne Konto: Die App erzeugt einen Schlüssel im Schlüsselspeicher des Telefons, meldet ihn bei /devices an und bekommt Tokens für einen Gast, der wie alle ein sub hat.',
      'Mit einem Konto bleiben die Daten des Gasts: Die App sendet eine Anmeldung mit device_assertion an /par.',
      'Dafür braucht es den Grant urn:ietf:params:oauth:grant-type:jwt-bearer und eine API, die Gäste zulässt.',
    ],
  },
  backend: {
    title: 'Für Backends',
    lead: 'Das Gateway prüft das Token und sagt dem Backend mit diesen Headern, wer aufruft. Was ein Client unter diesen Namen sendet, wird entfernt. Halten Sie das Backend privat: Wer es direkt erreicht, kann sich für jeden ausgeben.',
    headers: {
      userId: 'Die Person (sub); fehlt, wenn eine Anwendung für sich selbst aufruft',
      kind: 'account, guest, application oder anonymous',
      attested: 'true, wenn ein Telefon für den Schlüssel bürgt; sonst fehlt er',
      scope: 'Was die Person der App erlaubt hat',
      username: 'Die Client-ID der App',
      applicationId: 'Die ID der Anwendung',
      credential: 'Noch einmal die Client-ID',
      issuer: 'Der Issuer, wo eine Regel mehreren vertraut',
      anonymous: 'true bei einem Aufruf ohne Token, wo das erlaubt ist',
    },
    sdk: 'In Node liest und prüft sie das Paket @mobile-api-gateway/sdk, mit Plugins für Fastify und Express. Andere Sprachen lesen die Header selbst: Fehlt einer oder kommt er doppelt, gehört der Aufruf abgelehnt.',
  },
} satisfies typeof EN
