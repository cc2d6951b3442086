// The rule that a path of the auth server is written once, in a table; whoever needs it imports it from there.

export interface RepeatedPath {
  readonly file: string
  readonly line: number
  readonly path: string
  /** Where it is written, too. */
  readonly other: string
}

/** `'/token'`, `` `/token…` ``, `` `${issuer}/token` `` and `href="/token"`: what is in front of a path, and its fixed part. */
const PATH = /(?:(')|(`)|\$\{([^}]*)\}|=")(\/[a-z.][\w.-]*(?:\/[\w.:-]+)*)(?=['`"?$/])/g
/** A constant in front makes it another path; anything else, such as an issuer, does not. */
const CONSTANT = /^[A-Z][A-Z0-9_]*$/

interface Written {
  readonly file: string
  readonly line: number
  readonly path: string
}

/** Comments; imports name files. */
function isProse(line: string): boolean {
  return /^\s*(?:\/\/|\*|\/\*|import\b|export \* )/.test(line)
}

function pathsIn(file: string, source: string): Written[] {
  return source.split('\n').flatMap((text, index) => {
    const code = isProse(text) ? '' : text.replace(/\s\/\/ .*$/, '').replace(/'[^']*`[^']*'/g, '')
    return [...code.matchAll(PATH)].map(([, , , before = '', path = '']) => ({
      file,
      line: index + 1,
      path: CONSTANT.test(before) ? `\${${before}}${path}` : path,
    }))
  })
}

/**
 * Paths that are written twice, or as a part of a longer one.
 * @param sources of the auth server, by file
 */
export function pathsWrittenTwice(sources: ReadonlyMap<string, string>): RepeatedPath[] {
  const all = [...sources].flatMap(([file, source]) => pathsIn(file, source))
  return all.flatMap((each, index) => {
    const other = all.find(({ path }, at) => (path === each.path && at < index) || each.path.startsWith(`${path}/`))
    return other === undefined ? [] : [{ ...each, other: `${other.file}:${other.line}` }]
  })
}
