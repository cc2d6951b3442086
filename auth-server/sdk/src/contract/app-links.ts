// The contract of checking an application's links: what phones read at this server just now, and what is wrong with it.
import Type from 'typebox'
import type { OperationTable } from './operation.ts'
import { CLIENT_ID, exactly, nullable, oneOf } from './schemas.ts'

const FINDING = exactly({
  problem: {
    ...oneOf([
      'unreachable',
      'not_public',
      'redirected',
      'status',
      'content_type',
      'too_long',
      'not_json',
      'app_missing',
      'certificate_missing',
      'links_missing',
      'passkeys_missing',
      'different',
    ]),
    description:
      'not_public: its name leads to no address of the internet; different: it says something else of the app than the record.',
  },
  detail: nullable(
    Type.String({ description: 'What was found there, or what is missing: a status, a content type, a certificate.' }),
  ),
})

const DOCUMENT = exactly({
  system: oneOf(['android', 'apple']),
  address: Type.String({ format: 'uri' }),
  findings: Type.Array(FINDING, { description: 'Empty: it is as it should be.' }),
})

export const APP_LINK_OPERATIONS = {
  'applications.check_app_links': {
    method: 'POST',
    path: '/applications/{client_id}/app-links-check',
    scope: 'applications:write',
    summary: 'Fetch what phones read of an application, and say what is wrong with it',
    description:
      'Both files of this server are fetched over the internet, as a phone does, for the systems that the record of the application names. The checklist has the outcome. A caller may ask 30 times an hour.',
    params: exactly({ client_id: CLIENT_ID }),
    answers: {
      200: exactly({
        verified: Type.Boolean({
          description:
            'Nothing wrong was found in what phones of the systems on record are told. What the app says of its links itself, and the copy that Apple keeps, are not looked at.',
        }),
        record: Type.Array(oneOf(['not_approved', 'not_confirmed', 'link_not_registered']), {
          description: 'Why phones are told nothing of the application, or it has no link.',
        }),
        server: Type.Array(oneOf(['this_machine', 'not_port_443']), {
          description: 'Why phones do not ask this server.',
        }),
        documents: Type.Array(DOCUMENT),
      }),
    },
    problems: [404, 409],
  },
} as const satisfies OperationTable
