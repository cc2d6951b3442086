// The one-way imports as a table, and the rule that reads them off a file's import statements.
import { posix } from 'node:path'

/** An import that the layout forbids. */
export interface ForbiddenImport {
  readonly file: string
  readonly line: number
  /** What is imported, as a path from the project's root. */
  readonly imported: string
  readonly why: string
}

/** Folders that anybody may import; they know nothing of OAuth. */
const LEAVES = ['http', 'pages', 'config', 'logger', 'sdk', 'snippets']
const SUPPORT = ['delivery', 'audit', 'limits', 'store', 'crypto']
const BUSINESS = ['identity', 'catalogue', 'tokens', 'deps', ...SUPPORT]
const EDGES = ['oauth', 'interaction', 'account', 'landing', 'management', 'portal', 'trial', 'health', 'background']

/** Folders of the auth server and what each may import, besides itself and the leaves. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  main: ['serve'],
  serve: ['app', 'start-problem', 'metrics', 'tracing', ...EDGES, ...BUSINESS],
  app: [...EDGES, 'problems', 'metrics', ...BUSINESS],
  // the protocol asks the policy which step is next and shows its pages; the human half knows no protocol
  oauth: ['interaction', ...BUSINESS],
  interaction: BUSINESS,
  // a person's own pages ask who is signed in, and send whoever is not (recently) to a visit
  account: ['interaction', ...BUSINESS],
  // the page at `/` leads to the others
  landing: ['oauth', 'interaction', 'management', 'trial', ...BUSINESS],
  // an application's sign-in, played by its developer: the app's half of the protocol, for the page at `/` and the portal
  trial: ['oauth', 'interaction', ...BUSINESS],
  // within the process there is no edge of HTTP that would translate what is thrown
  management: ['problems', ...BUSINESS],
  // signs people in as any application does; reads and writes through the management API's operations
  portal: ['interaction', 'management', 'trial', ...BUSINESS],
  health: BUSINESS,
  // reads what these know when somebody asks; serve and app feed it, and hand its counters to the others
  metrics: ['store', 'crypto'],
  // translates what these throw
  problems: ['store', 'crypto'],
  'start-problem': ['store'],
  // loads what it needs where it is on; whoever is traced knows the SDK's span alone
  tracing: [],
  // what operators run beside the server, from the same image
  // and the dispatcher of operations, as the operator
  commands: ['oauth', 'management', ...BUSINESS],
  background: ['metrics', ...BUSINESS],
  // opens what every folder is given to work with
  deps: ['identity', 'tokens', 'metrics', ...SUPPORT],
  identity: SUPPORT,
  catalogue: SUPPORT,
  tokens: SUPPORT,
  delivery: ['store', 'crypto'],
  audit: ['store', 'crypto'],
  limits: ['store', 'crypto'],
  store: ['crypto'],
  crypto: [],
  http: ['crypto'],
  pages: ['crypto'],
  config: [],
  snippets: [],
}

/** Folders of the embedded gateway and what each may import, besides itself and the plugins' protocol. */
const GATEWAY_FOLDERS: Readonly<Record<string, readonly string[]>> = {
  main: ['life'],
  life: ['plugin-server', 'lua', 'pdk', 'http', 'config'],
  'plugin-server': ['pdk', 'http', 'config'],
  lua: ['pdk', 'http', 'config'],
  pdk: ['http', 'config'],
  http: ['config'],
  config: [],
}

/** Packages of this project, by the name under which other workspaces import them. */
const PACKAGES: readonly (readonly [name: string, folder: string])[] = [
  ['@mobile-api-gateway/sdk', 'auth-server/sdk/src'],
  ['@mobile-api-gateway/auth-server', 'auth-server/src'],
  ['@mobile-api-gateway/kong-plugins/gateway', 'kong-plugins/gateway'],
  ['@mobile-api-gateway/kong-plugins/check', 'kong-plugins/check'],
  ['@mobile-api-gateway/kong-plugins', 'kong-plugins/src'],
  ['@mobile-api-gateway/scripts', 'scripts'],
]

// `import … from '…'`, `export … from '…'`, `import '…'` and `import('…')`; the end of a name like 'people.import' is none
const STATEMENT =
  /(?:^|[;\n])\s*(?:import|export)\b([^'"`;]*?)\bfrom\s*(['"])([^'"]+)\2|(?<![\w.])import\s*\(?\s*(['"])([^'"]+)\4/g

/** One import of a file. */
export interface ImportStatement {
  readonly line: number
  readonly target: string
  readonly typeOnly: boolean
}

/** What a file imports, in whichever notation. */
export function readImports(source: string): ImportStatement[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, ' '))
  return [...code.matchAll(STATEMENT)].map((match) => {
    const target = match[3] ?? match[5] ?? ''
    const at = code.indexOf(target, match.index)
    return { line: code.slice(0, at).split('\n').length, target, typeOnly: /^\s*type\b/.test(match[1] ?? '') }
  })
}

/** Where an import leads, as a path from the root; undefined for packages of others. */
export function resolveImport(file: string, target: string): string | undefined {
  if (target.startsWith('.')) return posix.join(posix.dirname(file), target)
  const own = PACKAGES.find(([name]) => target === name || target.startsWith(`${name}/`))
  return own && posix.join(own[1], target.slice(own[0].length))
}

function isTest(file: string): boolean {
  return /(^|\/)(test|e2e)\//.test(file)
}
function workspaceOf(path: string): string {
  return path.startsWith('auth-server/sdk/') ? 'auth-server/sdk' : (path.split('/')[0] ?? '')
}
function folderOf(path: string): string {
  return (path.split('/')[2] ?? '').replace(/\.ts$/, '')
}

/** Why a file may not import another of this project; undefined when it may. */
function objection(file: string, imported: string): string | undefined {
  const [from, to] = [workspaceOf(file), workspaceOf(imported)]
  if (from !== to) {
    if (from === 'scripts' || from === '.ci') return undefined
    if (to === 'auth-server/sdk') return undefined
    if (isTest(file) && to === 'scripts') return undefined
    return `${from} may not import ${to}; only scripts may import all others`
  }
  if (isTest(imported) && !isTest(file)) return 'code may not import tests'
  if (isTest(file)) return undefined
  if (file.startsWith('kong-plugins/src/') && /^kong-plugins\/(gateway|check)\//.test(imported)) {
    return 'the plugins do not know which gateway runs them'
  }
  if (file.startsWith('kong-plugins/src/protocol/') && !imported.startsWith('kong-plugins/src/protocol/')) {
    return 'the protocol is shared with the gateway, so it stands on nothing of the plugins'
  }
  if (file.startsWith('kong-plugins/gateway/') && imported.startsWith('kong-plugins/check/')) {
    return 'the checker stands on the gateway, never the other way round'
  }
  const plugins = imported.startsWith('kong-plugins/src/') && !imported.startsWith('kong-plugins/src/protocol/')
  if (file.startsWith('kong-plugins/gateway/') && plugins) {
    return 'the embedded gateway knows the plugins only by their socket, as Kong does'
  }
  if (file.startsWith('kong-plugins/gateway/')) return gatewayObjection(file, imported)
  if (file.startsWith('auth-server/src/store/tables/') && imported.startsWith('auth-server/src/store/queries/')) {
    return 'a table does not know what is asked of it and of others'
  }
  return file.startsWith('auth-server/src/') ? folderObjection(file, imported) : undefined
}

function folderObjection(file: string, imported: string): string | undefined {
  const [from, to] = [folderOf(file), folderOf(imported)]
  if (['interaction', 'account', 'portal'].includes(from) && imported === 'auth-server/src/http/form.ts')
    return 'pages read their forms by readOwnForm (http/csrf.ts), which holds them against their token'
  if (from === to || LEAVES.includes(to)) return undefined
  const allowed = FOLDERS[from]
  if (allowed === undefined) return `the folder ${from} is not in the table of .ci/import-rules.ts`
  if (allowed.includes(to)) return undefined
  return `${from} may import ${[...allowed, ...LEAVES].join(', ')}`
}

function gatewayObjection(file: string, imported: string): string | undefined {
  const [from, to] = [folderOf(file), folderOf(imported)]
  if (from === to || !imported.startsWith('kong-plugins/gateway/')) return undefined
  const allowed = GATEWAY_FOLDERS[from]
  if (allowed === undefined) return `the folder ${from} is not in the table of .ci/import-rules.ts`
  return allowed.includes(to)
    ? undefined
    : `gateway/${from} may import ${allowed.join(', ') || 'nothing else of the gateway'}`
}

/** Whether a file of the auth server that is not the store's builds statements of its own. */
function speaksSql(file: string, target: string, typeOnly: boolean): boolean {
  const inStore = file.startsWith('auth-server/src/store/') || !file.startsWith('auth-server/src/')
  return !inStore && !typeOnly && /^(kysely|pg)(\/|$)/.test(target)
}

/**
 * The forbidden imports of one file.
 * @param file path from the project's root, with forward slashes
 */
export function forbiddenImports(file: string, source: string): ForbiddenImport[] {
  return readImports(source).flatMap(({ line, target, typeOnly }) => {
    if (speaksSql(file, target, typeOnly))
      return [{ file, line, imported: target, why: 'SQL stands in auth-server/src/store' }]
    const imported = resolveImport(file, target)
    const why = imported === undefined ? undefined : objection(file, imported)
    return imported === undefined || why === undefined ? [] : [{ file, line, imported, why }]
  })
}
