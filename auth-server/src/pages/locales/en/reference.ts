// Texts around the reference of the management API in English; what the contract says is English in every language.
import type { Html } from '../../html.ts'
import { html } from '../../html.ts'

export const REFERENCE = {
  title: 'Management API',
  lead: (address: Html) => html`Everything that can be asked of ${address}.`,
  token:
    'Machine clients call it with an access token of their own. The operator makes them and says which scopes they get.',
  openApi: 'The same as an OpenAPI document',
  contents: 'Contents',
  scope: (scope: Html) => html`Needs the scope ${scope}.`,
  precondition: 'Needs If-Match with the ETag of what you have read.',
  inPath: 'In the path',
  inQuery: 'In the query',
  inBody: 'In the body',
  answers: (status: number) => `Answers ${status}`,
  noBody: 'Without a body.',
  problems: (statuses: string) => `Or a problem: ${statuses}.`,
}
