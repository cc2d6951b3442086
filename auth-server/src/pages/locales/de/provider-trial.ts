// Texts of trying an identity provider, for administrators, in German.
import type { Texts } from '../en.ts'

export const PROVIDER_TRIAL = {
  title: (label) => `${label} ausprobieren`,
  lead: (label) =>
    `Eine echte Anmeldung bei ${label}, die hier niemanden anmeldet, nichts verknüpft und kein Konto anlegt. Was dabei herauskommt, sehen auf dieser Seite nur Sie, zehn Minuten lang; danach ist es weg. Im Audit-Protokoll steht, dass Sie es ausprobiert haben.`,
  button: 'Ausprobieren',
  again: 'Noch einmal ausprobieren',
  forget: 'Dieses Ergebnis vergessen',
  outcomes: {
    told: (label) => `${label} hat geantwortet, und die Antwort ist in Ordnung.`,
    cancelled: (label) => `Bei ${label} wurde abgebrochen.`,
    wrong: (label) => `${label} kennt diesen Namen nicht mit diesem Passwort.`,
    failed: (label) => `Die Antwort von ${label} war nicht brauchbar. Auch eine Anmeldung wäre daran gescheitert.`,
    unavailable: (label) => `${label} war nicht erreichbar.`,
  },
  because: 'Warum',
  tooMany: 'Es wurden zu viele Namen und Passwörter probiert. Warten Sie ein paar Minuten.',
  who: 'Wer es ist',
  facts: {
    issuer: 'Aussteller',
    subject: 'Kennung dort (Subject)',
    address: 'E-Mail-Adresse',
    whose: 'Bei einer Anmeldung',
    routing: 'Weg über die Domain',
    groups: 'Gruppen hier',
  },
  address: {
    believed: (email) => `${email}: geprüft, und geglaubt`,
    unverified: (email) => `${email}: nicht behalten, denn der Anbieter sagt nicht, dass sie geprüft ist`,
    'no authority': (email) =>
      `${email}: nicht behalten, denn der Anbieter ist für sie nicht zuständig (email_domains), oder sie ist anders geschrieben`,
    none: (_) => 'keine genannt',
  },
  whose: {
    known: 'das verknüpfte Konto hier würde angemeldet',
    'kept out': 'es ist mit einem Konto hier verknüpft, das im Moment nicht benutzt werden kann',
    'address taken': 'ein Konto hier hat die Adresse: nach ihm würde gefragt, und dann, ob beide verknüpft werden',
    new: 'ein Konto würde angelegt, wenn weder ein Hook noch die API es ablehnt',
    closed: 'nur wer eingeladen ist, käme hinein: Konten legt hier niemand selbst an',
  },
  linkOnly: 'niemand wird damit angemeldet: man kann es nur verknüpfen',
  routed: (domain) => `wer eine Adresse bei ${domain} eingibt und kein Passwort`,
  notRouted: 'niemanden wegen der Domain dieser Adresse',
  noGroups: 'keine',
  missingGroups: (groups) => `${groups}: in der Konfiguration genannt und hier nicht vorhanden`,
  claims: 'Alles, was er mitgeteilt hat',
  noClaims: 'Sonst hat er nichts mitgeteilt.',
  cut: (length) => `Der Anfang; insgesamt ${length.toLocaleString('de')} Zeichen.`,
  moreClaims: (count) => (count === 1 ? 'Ein weiterer wird nicht gezeigt.' : `${count} weitere werden nicht gezeigt.`),
  mapped: 'Was davon in Tokens steht',
  noMapped: 'Nichts: „claims“ in der Konfiguration nennt nichts davon.',
  leftOutTitle: 'In Tokens weggelassen',
} satisfies Texts['providerTrial']
