// What a page draws of an API's OpenAPI document: kept when the document is set, and drawn once more by another release.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { YamlProblem } from '../../config/yaml-tree.ts'
import type { Db } from '../../store/database.ts'
import { findDrawing, keepDrawing, type StoredDocument } from '../../store/tables/api-documents.ts'
import { readDocument } from './read-document.ts'
import type { DrawnReference } from './reference.ts'
import { RefusedDocument } from './refused-document.ts'

/** What draws: these very files. Of others, a drawing may look otherwise. */
export const DRAWN_BY: string = fingerprint(new URL('./', import.meta.url))

function fingerprint(folder: URL): string {
  const hash = createHash('sha256')
  for (const file of readdirSync(folder).toSorted()) hash.update(readFileSync(new URL(file, folder)))
  return hash.digest('base64url').slice(0, 16)
}

/** Being drawn right now, by the hash of the document: whoever comes meanwhile waits for the same. */
const UNDER_WAY = new Map<string, Promise<DrawnReference>>()

/** @throws {RefusedDocument} for one that this release does not take any more, or takes too long for; it tries that once */
export async function drawDocument(db: Db, apiId: string, stored: StoredDocument): Promise<DrawnReference> {
  const kept = await findDrawing(db, apiId, DRAWN_BY)
  if (kept !== undefined) return requireDrawn(JSON.parse(kept))
  const { sha256, document } = stored
  const drawing = UNDER_WAY.get(sha256) ?? drawAnew(db, apiId, { sha256, document })
  UNDER_WAY.set(sha256, drawing)
  return drawing.finally(() => UNDER_WAY.delete(sha256))
}

async function drawAnew(
  db: Db,
  apiId: string,
  { sha256, document }: Pick<StoredDocument, 'sha256' | 'document'>,
): Promise<DrawnReference> {
  const drawn = await readDocument(document).catch((error: unknown) => {
    if (error instanceof RefusedDocument) return { problems: error.problems }
    throw error
  })
  await keepDrawing(db, apiId, { sha256, drawn: JSON.stringify(drawn), drawnBy: DRAWN_BY })
  return requireDrawn(drawn)
}

function requireDrawn(drawn: DrawnReference | Readonly<{ problems: readonly YamlProblem[] }>): DrawnReference {
  if ('problems' in drawn) throw new RefusedDocument(drawn.problems)
  return drawn
}
