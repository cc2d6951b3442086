// Files beside the catalogue file, which name what is too long to stand in it.
import { open } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import { MAX_DOCUMENT_BYTES } from '@mobile-api-gateway/sdk/contract/api-documents.ts'
import { decodeText } from '@mobile-api-gateway/sdk/text-file.ts'
import { moveCatalogue, type Origins } from '../../config/yaml-origins.ts'

/** The text of a file by its path from the folder of the catalogue file; or what is wrong with it. */
export type ReadBeside = (path: string) => Promise<Readonly<{ text: string }> | Readonly<{ problem: string }>>

/** A catalogue that is no file has nothing beside it. */
export const NOTHING_BESIDE: ReadBeside = async () => ({ problem: 'cannot be read: there is no folder to find it in' })

/** @param catalogueFile where the catalogue file lies @param origins to which the addresses in what it names are moved, as its own are */
export function besideFile(catalogueFile: string, origins: Origins = {}): ReadBeside {
  return async (path) => {
    const within = normalize(path)
    if (isAbsolute(within) || within.split(/[/\\]/)[0] === '..')
      return { problem: 'is not in the folder of the catalogue file' }
    const read = await readBounded(join(dirname(catalogueFile), within))
    if (!('text' in read) || Object.keys(origins).length === 0) return read
    return { text: moveCatalogue(read.text, origins) }
  }
}

async function readBounded(path: string): ReturnType<ReadBeside> {
  try {
    await using file = await open(path)
    const stats = await file.stat()
    if (!stats.isFile()) return { problem: 'is no file' }
    if (stats.size > MAX_DOCUMENT_BYTES) return { problem: `is longer than ${MAX_DOCUMENT_BYTES / 1024} KiB` }
    const text = decodeText(await file.readFile())
    return text === undefined ? { problem: 'is not in UTF-8' } : { text }
  } catch (error) {
    if (error instanceof Error) return { problem: `cannot be read (${'code' in error ? error.code : error.message})` }
    throw error
  }
}
