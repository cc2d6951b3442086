// npm run api -- document: sets the OpenAPI document of an API from a file, or takes it away.
import { OPERATIONS } from '@mobile-api-gateway/sdk/contract/index.ts'
import { confirm } from './confirm.ts'
import { readText } from './key-file.ts'
import { Mistake } from './mistake.ts'
import { facts, type Told } from './tell.ts'
import type { Verb, VerbCall } from './verb.ts'

export const API_DOCUMENT: Verb = {
  summary: OPERATIONS['apis.set_document'].summary,
  takes: ['API'],
  options: {
    file: { type: 'string', help: 'OpenAPI 3.0 or 3.1, in JSON or YAML' },
    remove: { type: 'boolean', help: 'Takes it away instead' },
    yes: { type: 'boolean', help: 'Does it without asking' },
  },
  run: changeDocument,
}

async function changeDocument({ client, values, args: [id = ''], isTerminal }: VerbCall): Promise<Told> {
  const { file, remove = false, yes } = values
  if ((typeof file === 'string') === (remove === true)) throw new Mistake('Say --file FILE, or --remove.')
  if (remove === true) {
    const { body, etag = '' } = await client.call('apis.get_document', { id })
    await confirm(`${id}: developers do not see its document any more.`, yes === true)
    await client.call('apis.delete_document', { id }, { ifMatch: etag })
    return { json: body, text: 'It is gone.' }
  }
  const document = await readText(String(file))
  const { body } = await client.call('apis.set_document', { id, document }, { ifMatch: '*' })
  const { document: _, ...told } = body
  return { json: told, text: facts(told, isTerminal) }
}
