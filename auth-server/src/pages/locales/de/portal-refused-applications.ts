// Why the definition of an application is refused, in German, by the reasons of the management API.

import type { RefusalSentences } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import type { OF_APPLICATIONS } from '@mobile-api-gateway/sdk/contract/refusals-of-applications.ts'

export const REFUSED_APPLICATIONS: Pick<RefusalSentences, keyof typeof OF_APPLICATIONS> = {
  android_or_apple: 'Nennen Sie die App für Android, für Apple oder für beide.',
  not_on_phones: (client) => `${client} ist keine installierte App: Telefone kennen nur solche.`,
  client_id_in_link:
    'Ihre Client-ID müsste in einem Link stehen und bedeutet dort etwas anderes: Registrieren Sie die App mit einer anderen.',
  digest_without_package: 'Zu den Zertifikaten gehört der Name des Android-Pakets.',
  android_package: 'Ein Android-Paket ist die applicationId der App, etwa com.example.shop.',
  android_digests: 'Zu einem Android-Paket gehört der SHA-256 jedes Zertifikats, mit dem die App signiert ist.',
  too_many_digests: (most) => `Eine App hat höchstens ${most} Zertifikate.`,
  apple_team_and_bundle: 'Eine App für Apple hat Team-ID und Bundle-ID, beide.',
  apple_team: 'Eine Team-ID hat zehn Großbuchstaben und Ziffern, etwa ABCDE12345.',
  apple_bundle: 'Eine Bundle-ID ist ausgeschrieben, ohne Platzhalter, etwa com.example.shop.',
  digest_sha1: 'Das ist ein SHA-1; nehmen Sie den Wert, über dem SHA-256 steht.',
  digest:
    'Ein Zertifikat steht hier als SHA-256: 64 Hexadezimalziffern, mit oder ohne Doppelpunkte, oder 32 Bytes in Base64.',
  client_id: 'Eine Client-ID hat 1 bis 128 Zeichen aus A-Z a-z 0-9 . _ ~ - und beginnt nicht mit usr_.',
  client_id_reserved: (client) => `Die Client-ID ${client} gehört dem Server selbst: Nehmen Sie eine andere.`,
  too_many_redirect_uris: (most) =>
    `Eine Anwendung hat höchstens ${most} Redirect-URIs, und ebenso viele Adressen nach dem Abmelden.`,
  address_long: (most) => `Eine Adresse hat höchstens ${most} Zeichen.`,
  acr_values: (most, length) =>
    `Eine Anwendung verlangt höchstens ${most} Arten der Anmeldung, jede mit 1 bis ${length} Zeichen.`,
  secret_in_public:
    'Was in einer App oder Seite ausgeliefert wird, ist kein Geheimnis: Sie weist sich mit nichts oder mit Schlüsseln aus.',
  secret_hash: 'Der SHA-256 eines Secrets hat 43 Zeichen in base64url.',
  secret_method: 'Ein Secret gehört zu client_secret_basic und client_secret_post, und zu nichts anderem.',
  secret_short: 'Ein Secret ist zufällig und hat mindestens 32 Zeichen.',
  no_jwks: 'Zu private_key_jwt gehören öffentliche Schlüssel.',
  client_credentials: 'client_credentials ist für Anwendungen, die sich ausweisen.',
  refresh_lifetime: 'Eine Anmeldung gilt zwischen 60 Sekunden und zehn Jahren.',
  signing_alg: (algorithms) => `Tokens werden mit einem von diesen signiert: ${algorithms}.`,
  pkce_needed: 'Eine Anwendung ohne Geheimnis verwendet PKCE.',
  own_link: (issuer, link) =>
    `Unter ${issuer} gibt es für eine App nur die Redirect-URI ${link}, sobald ihr Android-Paket oder ihre Bundle-ID hier eingetragen ist.`,
  api_deprecated: (api) => `${api} wird abgelöst und nimmt keine neuen Abonnements an.`,
  logo_detail: 'Dieses Bild hat mehr Einzelheiten als ein Logo: Nehmen Sie ein einfacheres oder kleineres.',
  no_application: (client) => `Es gibt keine Anwendung ${client}.`,
  phone_files_full: 'Mit ihr wären die Dateien, die Telefone lesen, länger als die 128 KiB, die Apple nimmt.',
  no_api: (api) => `Es gibt keine API ${api}.`,
  no_plan: (api, plan) => `${api} hat den Plan ${plan} nicht mehr: Wählen Sie einen anderen.`,
  no_scope: (api, strange) => `${api} hat ${strange} nicht: Wählen Sie noch einmal, was die Anwendung darf.`,
  no_redirect_uri: 'Diese Anwendung meldet Menschen an und hat keine Redirect-URI: Tragen Sie zuerst eine ein.',
  last_redirect_uri:
    'Das ist die letzte Redirect-URI einer Anwendung, die an einer API Menschen anmeldet: Fügen Sie erst eine andere hinzu, oder beenden Sie ihre Abonnements.',
  redirect_long: 'Eine Redirect-URI ist kürzer als 2000 Zeichen.',
  redirect_characters: 'Eine Redirect-URI hat nur die ASCII-Zeichen von RFC 3986: keine Leerzeichen, keine Umlaute.',
  redirect_fragment: 'Eine Redirect-URI hat kein Fragment (#…).',
  redirect_wildcard: 'Platzhalter gibt es nicht: Tragen Sie jede Redirect-URI vollständig ein.',
  redirect_answer: (parameter) =>
    `In einer Redirect-URI steht kein Parameter ${parameter}: Die Antwort hat ihren eigenen, und Apps läsen zwei.`,
  redirect_http_native: 'http ohne s ist für installierte Apps, und nur auf einer Loopback-Adresse; nehmen Sie https.',
  redirect_http_loopback:
    'http ohne s braucht eine Loopback-Adresse, http://127.0.0.1/callback oder http://[::1]/callback; alles andere ist https.',
  redirect_port: 'Tragen Sie die Loopback-Adresse ohne Port ein; jeder Port passt dann.',
  redirect_scheme_native: 'Eigene Schemas sind für installierte Apps; nehmen Sie https.',
  redirect_scheme: 'Ein eigenes Schema ist ein umgedrehter Domainname mit Pfad, etwa com.example.app:/callback.',
  redirect_url: 'Das ist keine Adresse.',
  redirect_user: 'In einer Redirect-URI stehen keine Zugangsdaten.',
  redirect_normal: (normal) => `Schreiben Sie die Redirect-URI in ihrer normalen Form: ${normal}`,
  redirect_dot: 'Schreiben Sie den Host ohne den Punkt am Ende.',
  redirect_address: 'Zu dieser Adresse kann kein Browser gehen: Nehmen Sie einen Hostnamen.',
  logout_uri: 'Das ist eine vollständige Adresse ohne Fragment (#…).',
  logout_uri_user: 'In dieser Adresse stehen keine Zugangsdaten.',
  logout_uri_https: 'Das ist eine https-Adresse; http gilt nur zum Ausprobieren auf 127.0.0.1.',
  name: 'Ein Name hat 1 bis 80 sichtbare Zeichen.',
  name_invisible: 'Ein Name enthält nichts Unsichtbares und keine gestapelten Akzente.',
  colour: 'Eine Farbe hat sechs Hexadezimalziffern, etwa #1b56d6.',
  links_https: 'Datenschutzerklärung und Nutzungsbedingungen sind https-Adressen, vollständig ausgeschrieben.',
  support_contact: 'Der Kontakt ist eine E-Mail-Adresse oder eine https-Adresse.',
  scheme_taken: 'Eine andere Anwendung verwendet dieses Schema: Bilden Sie eines aus einem eigenen Domainnamen.',
  logo: 'Ein Logo ist ein Bild in PNG, JPEG oder WebP, mit höchstens 1 MB und 4096 mal 4096 Pixeln.',
  sign_in: (problem) => `So lässt sich die Anmeldung nicht einschränken: ${problem}`,
  scheme_held: (client, scheme) =>
    `Die Anwendung ${client} hat das Schema ${scheme}: Bilden Sie eines aus einem eigenen Domainnamen.`,
  scheme_held_by_file: (client, scheme) =>
    `Die Anwendung ${client} hat das Schema ${scheme}: Bilden Sie eines aus einem eigenen Domainnamen; oder importieren Sie die Datei mit --prune, wenn ${client} nicht mehr darin steht.`,
  portal_name_taken: (client, api, taken) =>
    `Die Client-ID ${client} und die API ${api} gehören dem Server selbst, es gibt aber schon etwas dieses Namens (${taken}).`,
  portal_client_taken: (client) =>
    `Die Client-ID ${client} gehört dem Server selbst, steht aber in catalogue.yml: Geben Sie jener eine andere.`,
  keys_shape: 'jwks ist ein Objekt, dessen keys höchstens 20 öffentliche Schlüssel hat.',
  keys_member: 'Jeder Eintrag von keys ist ein JWK.',
  keys_private: 'Hierher gehören nur öffentliche Schlüssel; behalten Sie die privaten für sich.',
  keys_shared: 'Hierher gehören nur öffentliche Schlüssel; ein gemeinsamer ist keiner.',
  keys_text: 'Die Werte eines Schlüssels sind druckbare ASCII-Zeichen.',
  keys_size: 'Ein RSA-Schlüssel hat 2048 bis 4096 Bit und einen Exponenten von höchstens vier Bytes.',
  keys_unreadable: 'Einer der Schlüssel lässt sich nicht lesen.',
  keys_none:
    'Es fehlt ein Schlüssel zum Signieren: EC P-256 oder P-384, Ed25519 oder RSA, mit dem genannten Algorithmus.',
  keys_kid: 'Bei mehreren Schlüsseln hat jeder eine eigene kid.',
}
