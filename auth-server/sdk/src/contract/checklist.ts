// The contract of an application's checklist: what its traffic has shown so far.
import Type from 'typebox'
import type { OperationTable } from './operation.ts'
import { CLIENT_ID, exactly, nullable, oneOf } from './schemas.ts'

const DAY = Type.String({ format: 'date' })

export const CHECKLIST_ITEMS = ['pkce', 'state', 'browser', 'app_links', 'refresh', 'dpop', 'sign_out'] as const

const ITEM = exactly({
  item: {
    ...oneOf(CHECKLIST_ITEMS),
    description:
      'pkce: it sends code_challenge; state: another one each time; browser: it opens the system browser; app_links: a check found that phones are told of the app as they should be, or the answer comes by the link that is the app’s own; refresh: it asked again after an answer that was lost; dpop: its tokens are bound to a key; sign_out: it revokes its tokens.',
  },
  status: {
    ...oneOf(['done', 'not_seen', 'warning']),
    description:
      'warning: something else was seen as well, not earlier than what is right; or the last check of the links found something wrong.',
  },
  since: nullable({ ...DAY, description: 'The day on which it was seen first.' }),
  last: nullable({ ...DAY, description: 'The day on which it, or what the warning is about, was seen last.' }),
  seen: nullable(Type.String({ description: 'Of a warning: what was seen.' })),
})

export const CHECKLIST_OPERATIONS = {
  'applications.checklist': {
    method: 'GET',
    path: '/applications/{client_id}/checklist',
    scope: 'applications:read',
    summary: 'Read what the traffic of an application has shown of how it is built',
    description: 'Noted at the auth server, by day; nothing of who used it. Trials of the portal do not count.',
    params: exactly({ client_id: CLIENT_ID }),
    answers: { 200: exactly({ items: Type.Array(ITEM) }) },
    problems: [404],
  },
} as const satisfies OperationTable
