// Texts of refused calls in German: why in one sentence, and what to do.
import { type Explanation, inUnits, namesOf, numberOf, type RefusalFactsTold } from '../../refusal-facts.ts'
import type { Texts } from '../en.ts'

type Explain = (facts: RefusalFactsTold) => Explanation

const UNITS = {
  second: ['Sekunde', 'Sekunden'],
  minute: ['Minute', 'Minuten'],
  hour: ['Stunde', 'Stunden'],
  day: ['Tag', 'Tage'],
} as const
const EACH = { second: 'je Sekunde', minute: 'je Minute', hour: 'je Stunde', day: 'am Tag' }

function duration(fact: unknown): string {
  const { count, unit } = inUnits(fact)
  const [one, many] = UNITS[unit]
  return `${count} ${count === 1 ? one : many}`
}

/** After “seit” and “vor”. */
function durationAgo(fact: unknown): string {
  return duration(fact).replace(/Tage$/, 'Tagen')
}

function always(why: string, todo: string): Explain {
  return () => ({ why, todo })
}

const CLOCK_OF_SERVERS =
  'Die Uhren von Gateway und Autorisierungsserver gehen verschieden: Sagen Sie es denen, die sie betreiben.'
const PROOF =
  'Machen Sie jeden DPoP-Nachweis mit einer Bibliothek dafür: vom Schlüssel des Tokens signiert, für jeden Aufruf ein neuer.'
const OTHER_USERS = 'Fragen Sie die Betreiber der API; ein anderes Token hilft nicht.'
const SIGN_IN_AGAIN =
  'Schicken Sie den Nutzer mit acr_values und max_age aus WWW-Authenticate noch einmal zur Anmeldung.'
const SLOWER =
  'Warten Sie so lange, wie Retry-After sagt, behalten Sie Antworten, die sich nicht ändern, oder bitten Sie um einen anderen Tarif.'

function limit(facts: RefusalFactsTold, whose: string): string {
  const per = Object.entries(EACH).find(([window]) => window === facts.window)?.[1]
  return `Der Tarif erlaubt ${numberOf(facts.limit)} Aufrufe${per === undefined ? '' : ` ${per}`} ${whose}; sie waren aufgebraucht.`
}

const EXPLAINED = {
  'invalid-token-expired': ({ seconds }) => ({
    why: `Das Zugriffstoken war seit ${durationAgo(seconds)} abgelaufen.`,
    todo: 'Erneuern Sie es, wenn expires_in vorbei ist, gezählt ab dem Empfang: Die Uhr eines Geräts kann falsch gehen.',
  }),
  'invalid-token-not-yet-valid': ({ seconds }) => ({
    why: `Das Zugriffstoken gilt erst ${duration(seconds)} später.`,
    todo: CLOCK_OF_SERVERS,
  }),
  'invalid-token-issued-in-future': ({ seconds }) => ({
    why: `Das Zugriffstoken wurde nach der Uhr des Gateways erst ${duration(seconds)} später ausgestellt.`,
    todo: CLOCK_OF_SERVERS,
  }),
  'invalid-token-audience': ({ audiences }) => ({
    why: `Das Zugriffstoken ist für eine andere API: ${namesOf(audiences) || 'nicht für diese'}.`,
    todo: 'Holen Sie ein Token für diese API, in resource genannt, und halten Sie die Tokens mehrerer APIs auseinander.',
  }),
  'invalid-token-revoked': always(
    'Das Zugriffstoken wurde widerrufen: durch eine Abmeldung, oder weil App, Abonnement oder Konto gesperrt oder beendet wurde.',
    'Erneuern Sie es einmal; wird auch das abgelehnt, schicken Sie den Nutzer zur Anmeldung.',
  ),
  'invalid-token-bound': always(
    'Das Zugriffstoken ist an einen Schlüssel gebunden und kam als Bearer.',
    'Senden Sie es als Authorization: DPoP, mit einem Nachweis im Header DPoP.',
  ),
  'invalid-token-not-bound': always(
    'Das Zugriffstoken ist an keinen Schlüssel gebunden und kam als DPoP.',
    'Senden Sie es als Authorization: Bearer, oder holen Sie mit einem Nachweis am Token-Endpunkt ein gebundenes.',
  ),
  'invalid-token-binding-required': always(
    'Diese API nimmt nur Tokens, die an einen Schlüssel gebunden sind, und dieses ist es nicht.',
    'Senden Sie einen DPoP-Nachweis, wenn Sie Tokens holen, und einen mit jedem Aufruf.',
  ),
  'invalid-token-proof-of-possession': always(
    'Diese API nimmt keine Tokens, die an einen Schlüssel gebunden sind.',
    'Holen Sie Tokens für diese API ohne DPoP-Nachweis.',
  ),
  'invalid-token-other-key': always(
    'Der DPoP-Nachweis ist von einem anderen Schlüssel als dem, an den das Token gebunden ist.',
    'Behalten Sie den Schlüssel, mit dem das Token geholt wurde, so lange wie das Token, und nehmen Sie keinen anderen.',
  ),
  'invalid-proof-missing': always(
    'Der Aufruf hatte keinen DPoP-Nachweis, und das Token ist an einen Schlüssel gebunden.',
    PROOF,
  ),
  'invalid-proof-htm': always(
    'Der DPoP-Nachweis war für eine andere Methode als die des Aufrufs.',
    'Machen Sie ihn für diesen Aufruf: htm ist die Methode, in Großbuchstaben.',
  ),
  'invalid-proof-htu': always(
    'Der DPoP-Nachweis war für eine andere Adresse als die des Aufrufs.',
    'Machen Sie ihn für diesen Aufruf: htu ist die Adresse, die die App aufruft, ohne was nach einem Fragezeichen steht.',
  ),
  'invalid-proof-ath': always(
    'Der DPoP-Nachweis war für ein anderes Zugriffstoken.',
    'Machen Sie ihn für diesen Aufruf: ath ist der SHA-256 des Tokens, das mitgeht.',
  ),
  'invalid-proof-iat': ({ behind_seconds }) => ({
    why: `Die Uhr des Geräts geht ${duration(behind_seconds)} ${Number(behind_seconds) < 0 ? 'vor' : 'nach'}, oder der DPoP-Nachweis entstand lange vor dem Aufruf.`,
    todo: 'Machen Sie den Nachweis erst zum Aufruf, und berichtigen Sie die Zeit nach dem Header Date einer Antwort.',
  }),
  'invalid-proof-repeated': always(
    'Der DPoP-Nachweis war schon benutzt worden.',
    'Machen Sie für jeden Aufruf einen neuen, auch für einen wiederholten.',
  ),
  client: always('Diese App gehört nicht zu denen, die diese API aufrufen dürfen.', OTHER_USERS),
  'no-consumer-of-that-name': always('Das Gateway kennt keinen Consumer mit dem Namen dieser App.', OTHER_USERS),
  'subject-kind-guest': always(
    'Diese API ist für Leute mit einem Konto, und das Token gehört einem Gast.',
    'Lassen Sie den Nutzer ein Konto anlegen, oder rufen Sie eine API für Gäste auf.',
  ),
  'subject-kind-account': always(
    'Diese API ist für Gäste, und das Token gehört jemandem mit einem Konto.',
    OTHER_USERS,
  ),
  attestation: always(
    'Für diese API muss ein Telefon für den Schlüssel des Tokens bürgen, und keines tat es.',
    'Registrieren Sie das Gerät mit seiner Attestierung, und holen Sie Tokens mit diesem Schlüssel.',
  ),
  'insufficient-scope': ({ missing }) => ({
    why: `Dem Zugriffstoken fehlt ${namesOf(missing) || 'ein Scope'}.`,
    todo: 'Bitten Sie bei der Anmeldung darum; auch das Abonnement der App muss es haben.',
  }),
  'insufficient-login-strength': always('Dieser Aufruf braucht eine stärkere Anmeldung des Nutzers.', SIGN_IN_AGAIN),
  'insufficient-login-age': always('Dieser Aufruf braucht eine jüngere Anmeldung des Nutzers.', SIGN_IN_AGAIN),
  'limit-exceeded': (facts) => ({ why: limit(facts, 'für jeden Nutzer'), todo: SLOWER }),
  'applications-limit-exceeded': (facts) => ({ why: limit(facts, 'für die ganze App'), todo: SLOWER }),
  unavailable: always(
    'Das Gateway konnte in diesem Moment nicht entscheiden, und dann lässt es nichts durch.',
    'An der App liegt es nicht: Versuchen Sie es nach Retry-After wieder. Geht es so weiter, sagen Sie es den Betreibern des Gateways.',
  ),
} as const satisfies Texts['refusals']['explained']

export const REFUSALS = {
  explained: EXPLAINED,
  unknown: (code: string): Explanation => ({
    why: `Das Gateway hat den Aufruf abgelehnt: ${code}.`,
    todo: 'Die Antwort auf den Aufruf sagt mehr, in WWW-Authenticate und in ihrem Inhalt.',
  }),
} satisfies Texts['refusals']
