// Files that are made from the code: written when they differ, or only compared.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Paths from a root folder, and the text that belongs there. */
export type GeneratedFiles = ReadonlyMap<string, string>

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** The files below `root` that are missing or say something else. */
export function staleFiles(root: string, wanted: GeneratedFiles): string[] {
  return [...wanted].filter(([file, text]) => read(join(root, file)) !== text).map(([file]) => file)
}

/** Writes the files that are stale; says which. */
export function writeStaleFiles(root: string, wanted: GeneratedFiles): string[] {
  const stale = staleFiles(root, wanted)
  for (const file of stale) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), wanted.get(file) ?? '')
  }
  return stale
}
