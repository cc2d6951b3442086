// Texts of the portal's pages on hooks in German.
import { html } from '../../html.ts'
import type { Texts } from '../en.ts'

export const PORTAL_HOOKS = {
  lead: 'Sie stehen in der Katalogdatei. Hier steht, wie es ihnen geht und was sie nicht angenommen haben.',
  none: 'Die Katalogdatei hat keinen Hook.',
  hears: (events) => `Erfährt von: ${events}`,
  apis: (apis) => `Nur zu: ${apis}`,
  onFailure: {
    refuse: 'Antwortet er nicht, werden Personen gebeten, es noch einmal zu versuchen',
    continue: 'Antwortet er nicht, geht es ohne ihn weiter',
  },
  timeout: (millis) => `Er hat ${millis} ms Zeit zu antworten`,
  notHere: 'Nicht in der Katalogdatei des Servers, der antwortet. „npm run hooks -- forget“ beendet ihn.',
  lastCall: (event, ago) => html`Zuletzt aufgerufen ${ago}: ${event}`,
  neverCalled: 'Noch nicht aufgerufen',
  lastFailure: (event, ago, because) => html`Zuletzt fehlgeschlagen ${ago}: ${event}, ${because}`,
  neverFailed: 'Noch nie fehlgeschlagen',
  recent: (count) => (count === 1 ? 'Der letzte Aufruf' : `Die letzten ${count} Aufrufe`),
  call: (ago, event, problem) => html`${ago}: ${event}, ${problem ?? 'beantwortet, wie es sein soll'}`,
  counts: (waiting, dead) => `Wartende Aufrufe: ${waiting} · aufgegebene: ${dead}`,
  test: 'Probeaufruf',
  deliveriesTitle: 'Nicht angenommen',
  of: (hook) => `Nur die von ${hook}`,
  all: 'Alle',
  nothing: 'Jeder Aufruf ist angekommen.',
  about: (hook, event) => `${hook}: ${event}`,
  dead: 'aufgegeben',
  waits: 'wartet',
  happened: (ago) => html`geschehen ${ago}`,
  attempts: (count) => (count === 1 ? 'einmal versucht' : `${count}-mal versucht`),
  answered: (answer) => `letzte Antwort: ${answer}`,
  next: (moment) => html`nächster Versuch am ${moment}`,
  gone: (moment) => html`kann erneut gesendet werden bis ${moment}`,
  again: 'Erneut senden',
  drop: 'Verwerfen',
  againTitle: (hook) => `Den Aufruf an ${hook} erneut senden?`,
  againEffects: [
    'Er wird drei Tage lang versucht, wie ein neuer',
    'Er hat dieselbe webhook-id: Wer ihm schon gefolgt ist, kann es erkennen',
  ],
  dropTitle: (hook) => `Den Aufruf an ${hook} verwerfen?`,
  dropLosses: (hook, event, about) => [
    `${hook} erfährt nie von ${event}${about === '' ? '' : ` (${about})`}`,
    'Niemand kann ihn erneut senden',
  ],
} satisfies Texts['portalHooks']
