// Texts of the portal's pages on hooks in English.
import type { Html } from '../../html.ts'
import { html } from '../../html.ts'

export const PORTAL_HOOKS = {
  lead: 'They stand in the catalogue file. Here is how they fare, and what they have not taken.',
  none: 'The catalogue file has no hook.',
  hears: (events: string) => `Hears of: ${events}`,
  apis: (apis: string) => `Only about: ${apis}`,
  onFailure: {
    refuse: 'Where it does not answer, people are asked to try again',
    continue: 'Where it does not answer, it goes on without it',
  },
  timeout: (millis: number) => `It has ${millis} ms to answer`,
  notHere: 'Not in the catalogue file of the server that answers. “npm run hooks -- forget” ends it.',
  lastCall: (event: string, ago: Html) => html`Called last ${ago}: ${event}`,
  neverCalled: 'Not called yet',
  lastFailure: (event: string, ago: Html, because: string) => html`Failed last ${ago}: ${event}, ${because}`,
  neverFailed: 'Has not failed yet',
  recent: (count: number) => (count === 1 ? 'The last call' : `The last ${count} calls`),
  call: (ago: Html, event: string, problem: string | null) =>
    html`${ago}: ${event}, ${problem ?? 'answered as it should'}`,
  counts: (waiting: number, dead: number) => `Calls that wait: ${waiting} · dead: ${dead}`,
  test: 'Test call',
  deliveriesTitle: 'Not taken',
  of: (hook: string) => `Only those of ${hook}`,
  all: 'All',
  nothing: 'Every call has arrived.',
  about: (hook: string, event: string) => `${hook}: ${event}`,
  dead: 'dead',
  waits: 'waits',
  happened: (ago: Html) => html`happened ${ago}`,
  attempts: (count: number) => (count === 1 ? 'tried once' : `tried ${count} times`),
  answered: (answer: string) => `answered last: ${answer}`,
  next: (moment: Html) => html`tried again at ${moment}`,
  gone: (moment: Html) => html`can be sent again until ${moment}`,
  again: 'Send again',
  drop: 'Drop',
  againTitle: (hook: string) => `Send the call to ${hook} again?`,
  againEffects: [
    'It is tried for three days, as a new one',
    'It has the same webhook-id, so who has acted on it before can tell',
  ],
  dropTitle: (hook: string) => `Drop the call to ${hook}?`,
  dropLosses: (hook: string, event: string, about: string) => [
    `${hook} never hears of ${event}${about === '' ? '' : ` (${about})`}`,
    'Nobody can send it again',
  ],
}
