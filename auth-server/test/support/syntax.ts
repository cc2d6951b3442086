// Parsers of the languages that snippets are in: what is wrong with a text, and the values of its string literals.
import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { DOMParser } from '@xmldom/xmldom'
import { Language, type Node, Parser } from 'web-tree-sitter'

// V8's second compiler runs out of memory over Swift's grammar, and the first implies the others only at the start.
for (const flag of ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag)
const require = createRequire(import.meta.url)

/** What a text was parsed into. */
export interface ParsedText {
  /** Lines with a syntax error. */
  readonly problems: readonly string[]
  /** Literals that name other values, such as `"$name"`. */
  readonly interpolations: readonly string[]
  /** What its string literals are when the program runs. */
  readonly strings: readonly string[]
}

interface Grammar {
  readonly file: string
  readonly string: string
  readonly interpolation: RegExp
}

const GRAMMARS = {
  swift: { file: 'swift', string: 'line_string_literal', interpolation: /interpolat/ },
  kotlin: { file: 'kotlin', string: 'string_literal', interpolation: /interpolat/ },
  dart: { file: 'dart', string: 'string_literal', interpolation: /substitution/ },
  typescript: { file: 'tsx', string: 'string', interpolation: /substitution/ },
} as const satisfies Record<string, Grammar>

export type ParsedLanguage = keyof typeof GRAMMARS

export function isParsedLanguage(language: string): language is ParsedLanguage {
  return Object.hasOwn(GRAMMARS, language)
}

/** Opens the parsers. */
export async function openParsers(): Promise<(language: ParsedLanguage, text: string) => ParsedText> {
  await Parser.init()
  const opened = new Map<ParsedLanguage, Parser>()
  for (const language of Object.keys(GRAMMARS).filter(isParsedLanguage)) {
    const parser = new Parser()
    const file = require.resolve(`tree-sitter-wasms/out/tree-sitter-${GRAMMARS[language].file}.wasm`)
    parser.setLanguage(await Language.load(file))
    opened.set(language, parser)
  }
  return (language, text) => {
    const tree = opened.get(language)?.parse(text)
    if (!tree) throw new Error(`no parser for ${language}`)
    const nodes = all(tree.rootNode)
    const { string, interpolation } = GRAMMARS[language]
    const line = (node: Node): string => `${node.startPosition.row + 1}: ${text.split('\n')[node.startPosition.row]}`
    return {
      problems: nodes.filter((node) => node.isError || node.isMissing).map(line),
      interpolations: nodes.filter((node) => interpolation.test(node.type)).map(line),
      strings: nodes.filter((node) => node.type === string).map((node) => literalValue(node.text)),
    }
  }
}

function all(node: Node): readonly Node[] {
  return [node, ...node.children.flatMap((child) => (child ? all(child) : []))]
}

/** The escapes that these four languages share. */
function literalValue(literal: string): string {
  return literal
    .slice(1, -1)
    .replace(/\\(?:u\{([0-9a-f]+)\}|u([0-9a-f]{4})|(.))/gs, (_, point?: string, unit?: string, other?: string) =>
      point
        ? String.fromCodePoint(parseInt(point, 16))
        : unit
          ? String.fromCharCode(parseInt(unit, 16))
          : (other ?? ''),
    )
}

/** An XML document's elements, each by its name, attributes and text. @throws where it is not well-formed */
export function parseXml(text: string): readonly string[] {
  const fail = (level: string, message: string) => {
    throw new Error(`${level}: ${message}`)
  }
  const document = new DOMParser({ onError: fail }).parseFromString(text, 'text/xml')
  return Array.from(document.getElementsByTagName('*'), (element) => {
    const attributes = Array.from(element.attributes, ({ name, value }) => ` ${name}=${value}`).join('')
    const own = element.childNodes.length === 1 ? (element.firstChild?.nodeValue ?? '') : ''
    return `${element.tagName}${attributes}${own && ` ${own}`}`
  })
}
