// Texts of the portal's figures and refused calls in German.
import type { Texts } from '../en.ts'

export const USAGE = {
  of: (app: string) => `Nutzung von ${app}`,
  time: 'Zeitraum',
  times: { day: 'Letzte 24 Stunden', month: 'Letzte 30 Tage', year: 'Letzte 13 Monate' },
  oneDay: 'Einer der letzten 30 Tage (UTC)',
  byHour: 'Nach Stunden zeigen',
  dayBefore: 'Der Tag davor',
  dayAfter: 'Der Tag danach',
  calls: 'Aufrufe',
  accepted: 'Angenommen',
  refused: 'Abgelehnt',
  people: 'Personen',
  fewPeople: 'weniger als 5',
  atLeast: (people: string) => `${people} oder mehr`,
  finding: (calls: string, refused: string) => `${calls} Aufrufe, ${refused} abgelehnt`,
  callsOfWhich: (calls: string, refused: string) =>
    `${calls} ${calls === '1' ? 'Aufruf' : 'Aufrufe'}, davon ${refused} abgelehnt`,
  most: (calls: string) => `bis zu ${calls}`,
  inUtc: 'Zeit (UTC)',
  asTable: 'Als Tabelle',
  allApis: 'Alle APIs',
  allApps: 'Alle Anwendungen',
  byPart: 'Nach App, API und Tarif',
  none: 'Keine Aufrufe in diesem Zeitraum. Zahlen erscheinen ein bis zwei Minuten nach einem Aufruf.',
  toRefusals: 'Abgelehnte Aufrufe und warum',
  refusalsOf: (app: string) => `Abgelehnte Aufrufe von ${app}`,
  refusalsLead:
    'Aufrufe, deren Token sicher sagt, von welcher App sie sind. Sie bleiben 7 Tage; von vielen auf einmal einige.',
  requestId: 'Request-ID, aus X-Kong-Request-Id der Antwort',
  find: 'Suchen',
  noRefusals: 'In den letzten 7 Tagen wurde nichts abgelehnt.',
  notFound: 'Kein abgelehnter Aufruf dieser App hat diese Request-ID.',
  allRefusals: 'Alle abgelehnten Aufrufe',
  older: 'Ältere',
} satisfies Texts['usage']
