// Why a form of the portal was not saved, in German, by the reasons of the management API.
import type { RefusalSentences } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import type { REFUSED as EN } from '../en/portal-refused.ts'
import { REFUSED_APPLICATIONS } from './portal-refused-applications.ts'

const SENTENCES: RefusalSentences = {
  ...REFUSED_APPLICATIONS,
  resource_taken: 'Eine andere API hat diese Resource: Jede hat ihre eigene.',
  plan_in_use: (api, plan, clients) => `${api} kann den Plan ${plan} nicht verlieren: ${clients} hätten keinen.`,
  api_in_use: (api, clients) =>
    `Die API ${api} wird noch von ${clients} genutzt: Entfernen Sie erst diese Abonnements.`,
  group_in_use: (group, users) => `Die Gruppe ${group} wird noch genannt: ${users}.`,
  scope_twice: 'Jeder Scope hat seinen eigenen Namen.',
  guest_plan: 'Scopes für Gäste brauchen einen Plan für Gäste.',
  api_id_taken: 'Es gibt schon eine API mit dieser ID.',
  app_links_changed: 'Was Telefone von ihr wissen, hat sich während der Prüfung geändert: Prüfen Sie noch einmal.',
  last_owner:
    'Dann gehörte diese Anwendung niemandem mehr: Laden Sie zuerst jemanden ein, dem sie auch gehört, und warten Sie, bis die Einladung angenommen ist.',
  no_mail: 'Dieser Server versendet keine E-Mails, und eingeladen wird per E-Mail. Der Betreiber stellt das ein.',
  hand_over_to_owner: 'Übergeben wird an jemanden, dem die Anwendung dann gehört.',
  email: 'An diese Adresse kann keine E-Mail gehen: Sehen Sie nach, ob sie vollständig ist.',
  password_hash:
    'Dieser Hash eines Passworts wird hier nicht angenommen: Er ist unbekannt, zu aufwendig oder zu schnell zu erraten.',
  imported_person: 'Diese Person lässt sich so nicht übernehmen: Sehen Sie nach, ob ihre Angaben vollständig sind.',
  public_stays_public:
    'Was Menschen installiert haben, kann nichts beweisen: Registrieren Sie dafür eine andere Anwendung.',
  reason_line: 'Die Begründung ist eine Zeile Text, ohne Umbruch.',
  not_approved_yet: 'Über dieses Abonnement ist noch nicht entschieden.',
  decided_already: 'Über diesen Antrag ist schon entschieden.',
  cursor: 'Diese Seite der Liste gibt es nicht mehr: Beginnen Sie von vorn.',
  no_second_factor: 'Diese Person hat keinen zweiten Faktor.',
  too_many_applications: (most) =>
    `Ihnen gehören ${most} Anwendungen, so viele, wie es hier sein dürfen: Löschen Sie eine, oder fragen Sie die Verwaltung.`,
  group_taken: 'Es gibt schon eine Gruppe mit diesem Namen.',
  no_group: (groups) => `Es gibt keine Gruppe ${groups}.`,
  approver_api: 'Eine API gehört zur Rolle Genehmiger, und zu keiner anderen.',
  guest_role: 'Ein Gast meldet sich nicht an und hat deshalb keine Rolle.',
  hook_elsewhere: 'Die Instanz, die antwortet, hat diesen Hook nicht in ihrer catalogue.yml, oder nicht sein Secret.',
  hook_in_file: 'Dieser Hook steht in der catalogue.yml des Servers: Nehmen Sie ihn zuerst dort weg.',
  hook_call_alive: 'Dieser Aufruf ist nicht aufgegeben: Er wird ohnehin noch einmal versucht.',
  idempotency_key: 'Dieses Formular ist unvollständig angekommen: Öffnen Sie die Seite neu.',
  passkeys_by_administrator: 'Dass eine App nach Passkeys dieses Servers fragen darf, entscheidet die Verwaltung.',
  attestation_by_administrator: (before) =>
    `Weniger als ${before} darf bei der Attestation nur die Verwaltung verlangen.`,
  name_by_administrator: 'Für den Namen einer Anwendung bürgt die Verwaltung, nicht wer sie entwickelt.',
  own_name: 'Keine Anwendung bürgt für ihren eigenen Namen.',
  name_in_file: 'Für diesen Namen bürgt catalogue.yml: Ändern Sie ihn dort.',
  name_changed: 'Die Anwendung heißt inzwischen anders: Sehen Sie sie sich noch einmal an.',
  name_not_verified: 'Für den Namen dieser Anwendung bürgt niemand.',
  no_logo: 'Diese Anwendung hat kein Logo.',
  person_or_email: 'Nennen Sie eine Person oder eine E-Mail-Adresse, und nur eines davon.',
  guest_member: 'Ein Gast hat kein Konto und ist deshalb nirgends Mitglied.',
  member_already: 'Diese Person ist schon Mitglied dieser API.',
  moment: (name) => `${name} ist kein Zeitpunkt, den ein Kalender kennt.`,
  built_in_api: (api) => `${api} ist eine API des Servers selbst: Das macht der Betreiber, mit einem Befehl.`,
  built_in_client: 'Das ist eine Anwendung des Servers selbst: Das macht der Betreiber, mit einem Befehl.',
  own_request: 'Niemand genehmigt, was er selbst oder das eigene Team beantragt hat: Das entscheidet jemand anderes.',
  suspension_by_administrator: 'Anwendungen sperrt und entsperrt die Verwaltung.',
  subscription_suspended:
    'Dieses Abonnement ist gesperrt und bleibt es, bis die Verwaltung es entsperrt oder entfernt.',
  application_suspended: 'Diese Anwendung ist gesperrt und bleibt es, bis die Verwaltung sie entsperrt oder entfernt.',
  its_subscription_suspended: (api) =>
    `Ihr Abonnement von ${api} ist gesperrt: Erst muss die Verwaltung es entsperren.`,
  by_owner: 'Das macht jemand, dem diese Anwendung gehört.',
  trust_by_administrator: 'Einer Anwendung vertraut nur die Verwaltung: Genehmigen Sie ohne, oder fragen Sie dort.',
  identity_by_administrator: 'Was Telefone von einer App wissen, bestätigt die Verwaltung, nicht wer sie entwickelt.',
  own_identity: 'Keine Anwendung bestätigt, was sie von sich selbst sagt.',
  secret_for_public:
    'Was in einer App oder Seite ausgeliefert wird, ist kein Geheimnis: Diese Anwendung behält ihre Schlüssel.',
  no_keys: 'Diese Anwendung weist sich nicht mit Schlüsseln aus.',
  two_secrets: 'Diese Anwendung hat zwei Secrets: Beenden Sie das, was niemand mehr braucht.',
  other_secret_ends:
    'Das andere Secret hat ein Ende und behält es: Beenden Sie zuerst jenes, oder erzeugen Sie ein neues.',
  only_secret: 'Das ist ihr einziges Secret: Erzeugen Sie ein zweites, bevor dieses endet.',
  no_secret: 'Diese Anwendung weist sich mit keinem Secret aus.',
  no_provider: (provider) => `Dieser Server hat keinen Anbieter ${provider}.`,
  domains: 'Hierher gehören Domains von E-Mail-Adressen, etwa example.com.',
  subscribed_already: 'Diese Anwendung hat diese API schon abonniert oder beantragt.',
  not_decided_yet: 'Über dieses Abonnement ist noch nicht entschieden.',
  gateways_need_it: 'Ohne sie ließe kein Gateway mehr jemanden durch.',
  days_reversed: 'Der Anfang liegt nach dem Ende.',
  days_apart: (most) => `Anfang und Ende liegen zu weit auseinander (${most}).`,
  if_match:
    'Die Seite kam ohne den Stand, aus dem sie gemacht ist: Öffnen Sie sie neu und versuchen Sie es noch einmal.',
  person_unchanged:
    'Der Stand dieser Person ist inzwischen ein anderer: Sehen Sie sich ihre Seite an und entscheiden Sie dann.',
  last_administrator: 'Dann könnte niemand mehr verwalten: Geben Sie zuerst jemand anderem diese Rolle.',
  role_in_file: 'Diese Rolle steht in catalogue.yml: Nehmen Sie sie dort weg, oder sperren Sie die Person.',
  no_address:
    'Diese Person hat keine bestätigte Adresse und könnte kein neues Passwort wählen: Sperren Sie sie, oder beenden Sie ihre Anmeldungen.',
  address_taken: 'Zu dieser Adresse gibt es schon ein Konto.',
  invited_already: 'Diese Adresse ist schon eingeladen: Ziehen Sie die Einladung zurück, um eine neue zu senden.',
  too_many_mails: 'An diese Adresse gingen heute schon drei Einladungen: Laden Sie morgen wieder ein.',
  too_many_invitations:
    'Es waren heute zu viele Einladungen, an diese Adresse oder insgesamt: Laden Sie morgen wieder ein.',
  pkce_by_administrator: 'Ohne PKCE lässt nur die Verwaltung eine Anwendung anmelden.',
  devices_by_administrator: 'Geräte und Gäste erlaubt einer Anwendung nur die Verwaltung.',
  refresh_by_administrator: (member, most) => `${member} ist höchstens ${most}; mehr erlaubt nur die Verwaltung.`,
  misfit: 'Das passt nicht zu dem, was hier erwartet wird: Öffnen Sie die Seite neu und versuchen Sie es noch einmal.',
  invalid_api: (problem) => `So lässt sich eine API nicht beschreiben: ${problem}`,
  openapi_document: (problem) => `Das OpenAPI-Dokument lässt sich nicht lesen: ${problem}.`,
  api_reserved: (api) => `Die API ${api} gehört dem Server selbst: Nehmen Sie eine andere ID.`,
  built_in_stays: (api) => `Die API ${api} gehört dem Server selbst.`,
  managed_by_file: 'Das steht in catalogue.yml: Ändern Sie es dort, und importieren Sie die Datei.',
  managed_elsewhere: 'Das steht nicht in catalogue.yml: Ändern Sie es hier oder mit einem Befehl.',
  not_found: 'Das gibt es nicht mehr.',
  insufficient_scope: (scope) => `Dazu fehlt der Scope ${scope}.`,
  precondition_required: 'Die Seite kam ohne den Stand, aus dem sie gemacht ist: Öffnen Sie sie neu.',
  precondition_failed: 'Jemand hat es inzwischen geändert: Sehen Sie sich den neuen Stand an.',
  idempotency_key_reused: 'Dieses Formular wurde schon abgesendet, mit anderem Inhalt: Öffnen Sie die Seite neu.',
  no_image: 'Wählen Sie zuerst ein Bild in PNG, JPEG oder WebP.',
  image_large: 'Dieses Bild ist größer als 1 MB: Machen Sie es kleiner.',
  keep_secret: 'Sagen Sie, wie lange das bisherige Secret noch gilt.',
}

export const REFUSED = {
  title: 'Nicht gespeichert',
  searchTitle: 'So lässt sich nicht suchen',
  leads: {
    precondition_failed:
      'Jemand hat es geändert, während diese Seite offen war. Sehen Sie sich den neuen Stand an und entscheiden Sie dann.',
    foreign_or_old_form:
      'Das Formular stammt aus der Zeit vor Ihrer letzten Anmeldung hier, deshalb hat sich nichts geändert. Ihre Angaben stehen wieder darin: Prüfen Sie sie und senden Sie es noch einmal.',
    conflict: 'Es passt nicht zu dem, was schon da ist.',
  },
  faults: {
    empty: (label) => `${label}: Das darf nicht leer bleiben.`,
    long: (label, most) => `${label}: Das ist zu lang; Platz ist für ${most}.`,
    pattern: (label, hint) => `${label}: So wird das nicht geschrieben. ${hint}`,
  },
  sentences: SENTENCES,
} satisfies typeof EN
