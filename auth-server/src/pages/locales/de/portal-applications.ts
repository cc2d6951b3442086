// Texts of the portal's pages of applications, in German.
import type { PORTAL_APPLICATIONS as EN } from '../en/portal-applications.ts'

export const PORTAL_APPLICATIONS = {
  newOne: 'Neue Anwendung',
  none: 'Sie haben noch keine Anwendung.',
  more: 'Weitere',
  byFile: 'Der Betreiber führt diese Anwendung in einer Datei und ändert sie dort.',
  suspended: 'Gesperrt: Zurzeit kann sich niemand bei ihr anmelden. Fragen Sie den Betreiber.',
  kinds: {
    native: 'App auf Telefon oder Computer',
    browser: 'Seite, die im Browser läuft',
    web: 'Website mit eigenem Server',
    machine: 'Programm ohne Personen',
  },
  kindDetails: {
    native: 'Sie wird installiert, bewahrt kein Geheimnis, und die Anmeldung läuft im Browser des Systems.',
    browser: 'Alles an ihr kommt im Browser an, also bewahrt auch sie kein Geheimnis.',
    web: 'Ihr Server weist sich mit einem Secret aus, das kein Browser sieht.',
    machine: 'Ein Server, der mit einem Secret für sich selbst eine API aufruft.',
  },
  steps: {
    of: (step, all) => `Schritt ${step} von ${all}`,
    name: 'Wie heißt sie?',
    nameLabel: 'Name',
    nameHint:
      'Personen lesen ihn, wenn sie sich anmelden und entscheiden, was die App darf. Bis die Verwaltung ihn bestätigt, steht der Host oder das Schema der Redirect-URI daneben.',
    kind: 'Was für eine Anwendung ist es?',
    redirect: 'Wohin geht die Antwort einer Anmeldung?',
    redirectLabel: 'Redirect-URI',
    redirectHint: {
      native:
        'Am besten ein Link, den nur Ihre App öffnet: https://app.example.com/callback. Oder ein eigenes Schema, ein umgedrehter Domainname mit Pfad: com.example.app:/callback. Auf einem Computer: http://127.0.0.1/callback, jeder Port passt.',
      browser: 'Die Seite, die die Antwort annimmt, vollständig: https://app.example.com/callback.',
      web: 'Die Seite, die die Antwort annimmt, vollständig: https://www.example.com/callback.',
      machine: '',
    },
    instead: (example) => `Schreiben Sie etwa ${example}.`,
    review: 'So registrieren?',
    goOn: 'Weiter',
    create: 'Anwendung registrieren',
    after: 'Sie bekommt sofort ihre Client-ID. Für Aufrufe einer API wird diese danach abonniert.',
    noRedirect: 'Keine: Niemand meldet sich bei ihr an',
  },
  created: {
    title: 'Die Anwendung ist registriert',
    whenLost:
      'Legen Sie es dort ab, wo Ihr Server es liest. Geht es verloren, erzeugen Sie ein zweites und beenden dieses.',
    toApplication: 'Zur Anwendung',
  },
  credentials: 'Zugangsdaten',
  clientId: 'Client-ID',
  kind: 'Art',
  secrets: 'Secrets',
  howMany: (count) => (count === 1 ? 'Ein Secret' : `${count} Secrets`),
  noSecret: 'Keines: Was in einer App steckt, ist kein Geheimnis',
  byKey: 'Keines: Sie weist sich mit einem Schlüssel aus',
  goOn: 'Verwenden',
  usage: { title: 'Nutzung', detail: 'Wie oft sie welche API aufgerufen hat' },
  refusals: { title: 'Abgelehnte Aufrufe', detail: 'Jeder mit dem Grund, sieben Tage lang' },
  looks: 'Wo Personen entscheiden',
  addresses: 'Adressen',
  verified: 'von der Verwaltung bestätigt',
  unverified: 'noch von niemandem bestätigt, deshalb steht der Host daneben',
  danger: 'Löschen',
  deleteOne: 'Diese Anwendung löschen',
  fields: {
    name: { title: 'Name', hint: 'Ein anderer Name muss neu bestätigt werden.' },
    brand_color: {
      title: 'Farbe',
      hint: 'Sechs Hexadezimalziffern, etwa #1b56d6. Sie wird dunkler oder heller, bis sie lesbar ist.',
    },
    policy_uri: { title: 'Datenschutzerklärung', hint: 'Eine https-Adresse.' },
    tos_uri: { title: 'Nutzungsbedingungen', hint: 'Eine https-Adresse.' },
    support_contact: { title: 'Kontakt', hint: 'Eine E-Mail-Adresse oder eine https-Adresse.' },
    backchannel_logout_uri: {
      title: 'Back-Channel-Logout',
      hint: 'Wo Ihr Server erfährt, dass sich jemand abgemeldet hat; https.',
    },
  },
  lists: {
    redirect_uris: {
      title: 'Redirect-URIs',
      hint: 'Vollständig; verglichen wird Zeichen für Zeichen.',
      label: 'Weitere Redirect-URI',
    },
    post_logout_redirect_uris: {
      title: 'Nach dem Abmelden',
      hint: 'Wohin es nach einer Abmeldung gehen darf.',
      label: 'Weitere Adresse',
    },
  },
  noAddress: 'Es gibt noch keine.',
  goneCodes: 'Anmeldungen, die gerade zu einer entfernten Adresse unterwegs sind, enden dort.',
  endsTrust:
    'Die Verwaltung hat entschieden, dass diese App niemanden um Zustimmung fragen muss. Nur wem sie gehört, kann dies ändern, und eine Änderung nimmt die Entscheidung zurück, bis die Verwaltung die App wieder angesehen hat.',
  trustedOwners:
    'Die Verwaltung hat entschieden, dass diese App niemanden um Zustimmung fragen muss. Wie sie Menschen anmeldet, kann deshalb nur ändern, wem sie gehört. Sie arbeiten an ihr mit: Fragen Sie dort.',
  trustedOwnersChange:
    'Die Verwaltung hat entschieden, dass diese App niemanden um Zustimmung fragen muss. Wohin Anmeldungen gehen und mit welchen Schlüsseln sie sich ausweist, kann nur ändern, wem sie gehört. Fragen Sie dort:',
  add: 'Hinzufügen',
  remove: 'Entfernen',
  save: 'Speichern',
  secretPage: {
    lead: 'Zwei können nebeneinander gelten, damit Ihr Server ohne Unterbrechung wechselt: das zweite erzeugen, ausbringen, das erste beenden.',
    one: (id) => `Secret ${id}…`,
    created: 'erzeugt',
    used: 'zuletzt verwendet',
    never: 'nie verwendet',
    ends: 'gilt bis',
    addTitle: 'Zweites Secret',
    keep: 'Wie lange gilt das jetzige noch?',
    keeps: { '': 'Bis ich es beende', '3600': 'Eine Stunde', '86400': 'Einen Tag', '604800': 'Eine Woche' },
    make: 'Zweites Secret erzeugen',
    end: 'Beenden',
    endTitle: (id) => `Das Secret ${id}… beenden?`,
    endLosses: [
      'Was es noch verwendet, bekommt ab sofort keine Tokens mehr.',
      'Das andere Secret hat dann kein Ende mehr.',
    ],
    madeTitle: 'Das zweite Secret',
  },
  keysPage: {
    title: 'Schlüssel',
    howMany: (count) => (count === 1 ? 'Ein Schlüssel' : `${count} Schlüssel`),
    noKey: 'Keiner: Sie weist sich mit einem Secret aus',
    noKid: 'Schlüssel ohne kid',
    lead: 'Ihr Server unterschreibt mit einem Schlüssel, der ihn nie verlässt (private_key_jwt); hier liegt nur dessen öffentliche Hälfte. Für einen Wechsel ohne Unterbrechung bleibt der alte Schlüssel in der Menge, bis Ihr Server mit dem neuen unterschreibt.',
    instead:
      'Zurzeit weist sie sich mit einem Secret aus. Mit Schlüsseln an dessen Stelle enden sofort alle ihre Secrets.',
    label: 'Öffentliche Schlüssel (JWK Set)',
    hint: 'Als JSON: {"keys": [{"kty": "EC", "crv": "P-256", "x": "…", "y": "…", "kid": "2026-1"}]}. Was Sie speichern, ersetzt alles Bisherige.',
    change: 'Secrets beenden, diese Schlüssel verwenden',
    backTitle: 'Stattdessen ein Secret',
    backLosses: [
      'Sie bekommt ein neues Secret, das einmal gezeigt wird.',
      'Ihre Schlüssel gelten sofort nicht mehr: Bis Ihr Server das Secret schickt, bekommt er keine Tokens. Anmeldungen laufen weiter.',
    ],
    back: 'Schlüssel beenden, Secret erzeugen',
    backMade: 'Das neue Secret',
    noWayBack:
      'Von Schlüsseln führt für sie kein Weg zu einem Secret: Was in einer App oder Seite ausgeliefert wird, ist kein Geheimnis.',
    problems: {
      json: 'Das ist kein JSON. Fügen Sie die ganze Menge ein, von der ersten { bis zur letzten }; eine PEM-Datei wird vorher in ein JWK umgewandelt.',
      long: 'Das ist zu lang: höchstens 24.000 Zeichen. Lassen Sie Zertifikate (x5c) und unbenutzte Schlüssel weg.',
      shape: 'Ein JWK Set ist ein Objekt, dessen Feld keys höchstens 20 Schlüssel enthält: {"keys": [ … ]}.',
      member: 'Jeder Eintrag in keys ist ein JWK, ein Objekt wie {"kty": "EC", … }.',
      private:
        'Darin steckt ein privater Schlüssel. Er war jetzt auf einem fremden Server: Erzeugen Sie einen neuen und fügen Sie nur dessen öffentliche Hälfte ein, ohne d, bei RSA auch ohne p, q, dp, dq und qi.',
      shared:
        'Ein gemeinsamer Schlüssel (kty oct) ist kein öffentlicher. Fügen Sie einen vom Typ EC, OKP oder RSA ein.',
      text: 'Die Felder eines Schlüssels sind Zeichenketten aus druckbarem ASCII: keine Umlaute, keine Zeilenumbrüche.',
      size: 'Ein RSA-Schlüssel hat 2048 bis 4096 Bit. Erzeugen Sie einen neuen, am besten einen EC-Schlüssel auf P-256.',
      unreadable:
        'Einer der Schlüssel lässt sich nicht lesen: Felder fehlen, oder der Punkt liegt nicht auf seiner Kurve.',
      none: 'Darin ist kein Schlüssel, den dieser Server verwenden kann: EC auf P-256 oder P-384, Ed25519 oder RSA, für Signaturen (use sig oder ohne use).',
      kid: 'Mehrere Schlüssel brauchen je einen kid, und jeder einen anderen: Er sagt, womit unterschrieben wurde.',
    },
  },
  team: {
    title: 'Personen',
    roles: { owner: 'Eigentum', collaborator: 'Mitarbeit', handOver: 'Übernahme' },
    you: 'Sie',
    until: 'eingeladen bis',
    withdraw: 'Zurückziehen',
    waiting: 'Eingeladen',
    ownersOnly: 'Wer an ihr arbeitet, bestimmt, wem sie gehört.',
    ownersDecide:
      'Sie arbeiten an dieser App mit. Wem sie gehört, lädt Menschen ein und entfernt sie: Fragen Sie dort.',
    lastOwner:
      'Diese App gehört nur Ihnen, ohne Sie gehörte sie niemandem: Laden Sie zuerst jemanden ein, dem sie auch gehört, und warten Sie, bis die Einladung angenommen ist, oder löschen Sie die App.',
    makeOwner: 'Miteigentum anbieten',
    leave: 'Verlassen',
    remove: 'Entfernen',
    invite: 'Jemanden einladen',
    email: 'E-Mail-Adresse',
    emailHint: 'Dorthin geht eine E-Mail mit einem Link. Wer annimmt, gehört von da an hier zu den Entwicklern.',
    as: 'Als was?',
    invitedAs: {
      collaborator: 'Zur Mitarbeit: sie ändern, ihr Secrets geben, APIs abonnieren',
      owner: 'Als Miteigentum: auch löschen und bestimmen, wer an ihr arbeitet',
      handOver: 'Zur Übernahme: Sie gehört dann der anderen Person, und ich arbeite nur noch mit',
    },
    send: 'Einladung senden',
    removing: {
      title: (person, app) => `${person} aus ${app} entfernen?`,
      losses: (app) => [
        `Von ${app} ist für diese Person ab sofort nichts mehr zu sehen.`,
        'Secrets, die sie kennt, gelten weiter: Tauschen Sie diese aus.',
      ],
      button: (person) => `${person} entfernen`,
    },
    leaving: {
      title: (_person, app) => `${app} verlassen?`,
      losses: (app) => [`Sie sehen von ${app} ab sofort nichts mehr.`, 'Wieder einladen kann Sie nur, wem sie gehört.'],
      button: (_person) => 'Verlassen',
    },
  },
  logo: {
    title: 'Logo',
    isThere: 'Hochgeladen',
    file: 'Bild',
    hint: 'PNG, JPEG oder WebP, höchstens 1 MB. Es wird neu kodiert; von bewegten Bildern bleibt das erste.',
  },
  phones: {
    title: 'App-Links, Passkeys und Attestation',
    lead: 'Woran Android und Apple die App erkennen. Damit kommt die Antwort einer Anmeldung über einen Link, den keine andere App annehmen kann.',
    fields: {
      package: { label: 'Paket', hint: 'Die applicationId, etwa com.example.shop.' },
      digests: {
        label: 'SHA-256 ihrer Zertifikate',
        hint: 'Eines je Zeile, wie Google Play sie unter „App-Signaturschlüssel“ zeigt, oder keytool.',
      },
      team: { label: 'Team-ID', hint: 'Zehn Großbuchstaben und Ziffern, etwa ABCDE12345.' },
      bundle: { label: 'Bundle-ID', hint: 'Etwa com.example.shop.' },
    },
    both: 'Auf beiden',
    confirmation: 'Bestätigung',
    confirmed: 'Von der Administration bestätigt; eine Änderung beendet das',
    waits: 'Wartet auf die Administration: Telefone erfahren noch nichts',
    passkeys: 'Passkeys',
    mayAsk: {
      yes: 'Die App selbst darf nach Passkeys dieses Servers fragen; eine Änderung hier beendet das',
      no: 'Die App fragt nach keinen; nur die Administration kann das erlauben',
    },
    attestation: 'Bürgt das Telefon für die Schlüssel seiner Geräte?',
    attestations: {
      off: 'Es wird nicht gefragt',
      optional: 'Es wird gefragt, ein Gerät ohne Bürgschaft darf trotzdem dazu',
      required: 'Geräte ohne Bürgschaft können nicht dazu',
    },
    follows: 'Was daraus folgt',
    link: 'Eigene Redirect-URI',
    nothing: 'Es steht nichts da: Füllen Sie die Hälfte für Android, die für Apple oder beide aus.',
    end: 'Zurücknehmen',
    ends: 'Ihre Links öffnen sich wieder im Browser, die App fragt nach keinen Passkeys, und kein Telefon bürgt mehr für ihre Geräte.',
    losesConfirmation:
      'Die Administration hat bestätigt, was jetzt gespeichert ist. Speichern Sie ein anderes Paket, Zertifikat, Team oder Bundle, ist das vorbei: Bis es wieder bestätigt ist, erfahren Telefone nichts, die Links der App öffnen sich im Browser, und sie fragt nach keinen Passkeys.',
    check: {
      title: 'Lesen Telefone es?',
      lead: 'Dieser Server holt seine eigenen Dateien über das Internet, wie ein Telefon es tut, und vergleicht sie mit dem, was gespeichert ist. Was oben getippt und nicht gespeichert ist, zählt nicht.',
      button: 'Jetzt prüfen',
      good: (systems) => `Gerade geprüft: Telefone von ${systems.join(' und ')} erfahren von der App, was sie sollen.`,
      bad: 'Gerade geprüft: Etwas ist noch nicht, wie es sein soll.',
      app: 'Die App',
      server: 'Dieser Server',
      right: 'Wie es sein soll',
      record: {
        not_approved: 'Sie hat kein freigegebenes Abonnement oder ist gesperrt: Telefone erfahren nichts von ihr.',
        not_confirmed: 'Die Administration hat es noch nicht bestätigt: Telefone erfahren nichts von ihr.',
        link_not_registered:
          'Ihr eigener Link ist nicht mehr unter ihren Redirect-URIs: Speichern Sie diese Seite noch einmal.',
      },
      servers: {
        this_machine:
          'Telefone erreichen diesen Rechner nicht: Links und Passkeys in Apps brauchen eine öffentliche https-Adresse.',
        not_port_443: 'Telefone fragen über https an Port 443 und sonst nirgends.',
      },
      documents: {
        unreachable: () =>
          'Sie lässt sich nicht holen: Nichts antwortet rechtzeitig, oder das Zertifikat wird nicht angenommen.',
        not_public: () => 'Von hier aus führt der Name dieses Servers zu keiner Adresse im Internet.',
        redirected: (detail) => `Es antwortet eine Weiterleitung (${detail}); Telefone folgen keiner.`,
        status: (detail) =>
          detail === '404' ? 'Nicht gefunden (Status 404).' : `Sie kommt mit Status ${detail} statt 200.`,
        content_type: (detail) =>
          detail === ''
            ? 'Sie kommt ohne Content-Type; es muss application/json sein.'
            : `Falscher Content-Type: ${detail}; es muss application/json sein.`,
        too_long: () => 'Sie ist länger als 128 KiB, und mehr nimmt Apple nicht an.',
        not_json: () => 'Sie ist kein JSON: Unterwegs antwortet etwas anstelle dieses Servers.',
        app_missing: (detail) => `Sie nennt ${detail} nicht.`,
        certificate_missing: (detail) => `Das Zertifikat ${detail} fehlt.`,
        links_missing: (detail) => `Sie gibt ${detail} keine Links.`,
        passkeys_missing: (detail) => `Sie gibt ${detail} keine Passkeys.`,
        different: (detail) => `Sie sagt von ${detail} etwas anderes, als gespeichert ist.`,
      },
      beyond:
        'Was die App selbst zu ihren Links sagt, wird hier nicht geprüft: Sie muss diesen Server nennen, unter Android im Manifest, auf den Systemen von Apple unter Associated Domains. Dass ein Link sie öffnet, zeigt eine Anmeldung auf einem Telefon; dann steht es in der Checkliste.',
      operator:
        'Ist die App selbst in Ordnung, sagen Sie dem Betreiber dieses Servers Bescheid: Ein Proxy oder Cache davor kann der Grund sein.',
    },
    once: 'Die beiden Dateien nennen die App, sobald die Administration dies bestätigt hat und sie ein freigegebenes Abonnement hat. Geräte von Apple lesen eine Kopie, die einen Tag alt sein kann.',
  },
  deletion: {
    ownersOnly: 'Sie arbeiten an dieser App mit. Löschen kann sie nur, wem sie gehört: Fragen Sie dort.',
    title: (app) => `${app} löschen?`,
    people: (count, isAll) =>
      count === null && !isAll
        ? 'Alle werden bei ihr abgemeldet (es sind mehr Anmeldungen, als gezählt werden), und ihre Tokens enden binnen zwei Sekunden.'
        : count === null
          ? 'Alle werden bei ihr abgemeldet (weniger als fünf Personen oder niemand), und ihre Tokens enden binnen zwei Sekunden.'
          : `Alle werden bei ihr abgemeldet (${count} Personen oder mehr), und ihre Tokens enden binnen zwei Sekunden.`,
    subscriptions: (names) =>
      names.length === 1
        ? `Ihr Abonnement geht mit: ${names.join('')}.`
        : `Ihre ${names.length} Abonnements gehen mit: ${names.join(', ')}.`,
    secrets: (count) => (count === 1 ? 'Ihr Secret gilt nicht mehr.' : `Ihre ${count} Secrets gelten nicht mehr.`),
    keys: (count) => (count === 1 ? 'Ihr Schlüssel gilt nicht mehr.' : `Ihre ${count} Schlüssel gelten nicht mehr.`),
    phones: (ids) =>
      `Telefone erfahren nichts mehr von ${ids.join(' und ')}: Ihre Links öffnen sich im Browser, und die App fragt nach keinen Passkeys.`,
    members: (count) => `Sie ist für alle ${count} Personen fort, denen sie gehört oder die an ihr arbeiten.`,
    invitations: (count) =>
      count === 1 ? 'Eine Einladung zu ihr ist vorbei.' : `${count} Einladungen zu ihr sind vorbei.`,
    figures: 'Ihre Zahlen, abgelehnten Aufrufe und ihre Checkliste gehen mit.',
    forGood: 'Ihre Client-ID kommt nie wieder.',
    button: (app) => `${app} löschen`,
  },
} satisfies typeof EN
