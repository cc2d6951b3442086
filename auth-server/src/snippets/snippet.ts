// A ready snippet: what to install, what to put into which file, and what else to know.

/** Where a snippet's text goes. */
export interface SnippetPart {
  /** The file, from the root of the app's project; for one that the app has already, where in it. */
  readonly file: string
  readonly language: 'swift' | 'kotlin' | 'groovy' | 'dart' | 'typescript' | 'xml' | 'json' | 'shell'
  readonly text: string
}

export interface Snippet {
  /** The library that it uses. */
  readonly library: string
  /** How to add it to the project. */
  readonly install: string
  readonly parts: readonly SnippetPart[]
  readonly notes: readonly string[]
}
