// What people read of this repository: every Markdown file, and the two files of configuration with their comments.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The project's root. */
export const ROOT = join(import.meta.dirname, '../../..')

/** One document. */
export interface ReadDocument {
  /** Path from the project's root. */
  readonly file: string
  readonly text: string
}

function read(file: string): ReadDocument {
  return { file, text: readFileSync(join(ROOT, file), 'utf8') }
}

/** Every Markdown file of the repository. */
export function markdownFiles(): ReadDocument[] {
  const files = globSync('**/*.md', { cwd: ROOT, exclude: ['**/node_modules/**', '**/.tap/**', '**/.data/**'] })
  return files.toSorted().map(read)
}

/** All that names commands: the Markdown files, docker-compose.yml and kong.yml. */
export function documents(): ReadDocument[] {
  return [...markdownFiles(), ...['docker-compose.yml', 'kong.yml'].map(read)]
}
