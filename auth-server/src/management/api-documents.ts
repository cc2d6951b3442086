// What the operations on the OpenAPI documents of APIs do.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { drawDocument } from '../catalogue/documents/drawn-document.ts'
import { requireSoundDocument, setDocument } from '../catalogue/documents/set-document.ts'
import type { Db } from '../store/database.ts'
import { findDocument, type StoredDocument } from '../store/tables/api-documents.ts'
import { lockOwnApi, requireApi, showDocumentFacts } from './apis.ts'
import type { HandlersOf } from './handler.ts'
import { notFound } from './refusals.ts'

/** The operations on documents. */
export type DocumentOperationId = 'apis.get_document' | 'apis.set_document' | 'apis.delete_document' | 'apis.reference'

/** What has no document has a version, too, which nobody has read. */
const NO_DOCUMENT: StoredDocument = {
  document: '',
  format: 'yaml',
  openapi: '',
  title: '',
  version: '',
  sha256: '',
  changedAt: new Date(0),
}

function showDocument(stored: StoredDocument): OperationAnswer<'apis.get_document'> {
  return { ...showDocumentFacts(stored), document: stored.document }
}

async function requireDocument(db: Db, apiId: string): Promise<StoredDocument> {
  const stored = await findDocument(db, apiId)
  if (!stored) throw notFound('OpenAPI document of an API')
  return stored
}

export const DOCUMENT_HANDLERS: Pick<HandlersOf<'apis'>, DocumentOperationId> = {
  'apis.get_document': {
    async read({ db, actor, input: { params } }) {
      const { id } = await requireApi(db, actor, params.id)
      return showDocument(await requireDocument(db, id))
    },
  },
  'apis.set_document': {
    async prepare({ db, actor, input: { params, body }, requireVersion }) {
      // Nothing is read for strangers, nor for whoever has read an older one.
      await requireApi(db, actor, params.id)
      requireVersion(showDocument((await findDocument(db, params.id)) ?? NO_DOCUMENT))
      const document = await requireSoundDocument(body.document)
      return async ({ trx, requireVersion }) => {
        await lockOwnApi(trx, actor, params.id)
        requireVersion(showDocument((await findDocument(trx, params.id)) ?? NO_DOCUMENT))
        await setDocument(trx, params.id, document, actor.authority)
        return showDocument(await requireDocument(trx, params.id))
      }
    },
  },
  'apis.delete_document': {
    async write({ trx, actor, input: { params }, requireVersion }) {
      await lockOwnApi(trx, actor, params.id)
      requireVersion(showDocument(await requireDocument(trx, params.id)))
      await setDocument(trx, params.id, null, actor.authority)
      return undefined
    },
  },
  'apis.reference': {
    async read({ db, actor, input: { params } }) {
      const { id } = await requireApi(db, actor, params.id)
      return drawDocument(db, id, await requireDocument(db, id))
    },
  },
}
