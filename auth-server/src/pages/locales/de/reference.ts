// Texte um die Referenz der Verwaltungs-API auf Deutsch; was der Vertrag sagt, ist in jeder Sprache englisch.
import type { Html } from '../../html.ts'
import { html } from '../../html.ts'
import type { REFERENCE as EN } from '../en/reference.ts'

export const REFERENCE = {
  title: 'Verwaltungs-API',
  lead: (address: Html) => html`Alles, was ${address} beantwortet.`,
  token:
    'Maschinen rufen sie mit einem eigenen Zugriffstoken auf. Der Betreiber legt sie an und bestimmt, welche Rechte (Scopes) sie bekommen.',
  openApi: 'Dasselbe als OpenAPI-Dokument',
  contents: 'Inhalt',
  scope: (scope: Html) => html`Braucht den Scope ${scope}.`,
  precondition: 'Braucht If-Match mit dem ETag dessen, was gelesen wurde.',
  inPath: 'Im Pfad',
  inQuery: 'In der Anfrage (Query)',
  inBody: 'Im Inhalt (Body)',
  answers: (status: number) => `Antwortet mit ${status}`,
  noBody: 'Ohne Inhalt.',
  problems: (statuses: string) => `Oder mit einem Problem: ${statuses}.`,
} as const satisfies typeof EN
