// What documents lead to: relative links, the headings that they name, and paths of this repository in backticks.
import { posix } from 'node:path'

/** A link or path that leads nowhere. */
export interface DeadLink {
  readonly file: string
  readonly line: number
  readonly target: string
}

/** What there is to lead to. */
export interface LinkTargets {
  /** Whether there is a file or folder at this path from the project's root. */
  readonly exists: (path: string) => boolean
  /** The Markdown files by their path from the project's root. */
  readonly documents: ReadonlyMap<string, string>
}

/** Blanks out fenced code, so that lines keep their numbers. */
function proseOf(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```/gm, (fenced) => fenced.replaceAll(/[^\n]/g, ' '))
}

/** The anchors that GitHub gives the headings of a document. */
function anchorsOf(text: string): string[] {
  return [...proseOf(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  )
}

function isDeadLink(file: string, link: string, { exists, documents }: LinkTargets): boolean {
  const [path = '', heading] = link.split('#')
  const target = path === '' ? file : posix.join(posix.dirname(file), path)
  if (!exists(target)) return true
  return heading !== undefined && !anchorsOf(documents.get(target) ?? '').includes(heading)
}

/** Whether what stands in backticks is meant as a file or folder of this repository. */
function isPath(code: string): boolean {
  if (code.includes('*') || code.startsWith('.data/')) return false
  return code.includes('/') ? /\/$|\.[a-z]+$/.test(code) : /\.(?:ts|mjs|md|yml)$/.test(code)
}

/** A path may begin at the root, at the document, or at the workspace of the document, with or without its `src`. */
function isDeadPath(file: string, path: string, { exists }: LinkTargets): boolean {
  const [workspace = '', folder] = [file.split('/')[0], posix.dirname(file)]
  const bases = ['', folder, posix.join(folder, 'src'), workspace, posix.join(workspace, 'src')]
  return !bases.some((base) => exists(posix.join(base, path)))
}

/** The links and paths of one document that lead nowhere. */
export function deadLinks(file: string, text: string, targets: LinkTargets): DeadLink[] {
  const prose = proseOf(text)
  const links = [...prose.matchAll(/\]\((?!\w+:)([^)\s]+)\)/g)].filter(([, link = '']) =>
    isDeadLink(file, link, targets),
  )
  const paths = [...prose.matchAll(/`([\w.][\w./*-]*)`/g)].filter(
    ([, code = '']) => isPath(code) && isDeadPath(file, code, targets),
  )
  return [...links, ...paths].map(({ 1: target = '', index }) => {
    return { file, line: prose.slice(0, index).split('\n').length, target }
  })
}
