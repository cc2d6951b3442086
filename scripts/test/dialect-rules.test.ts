// Each rule of the dialect finds what it forbids, and lets pass what is allowed.
import t from 'tap'
import { dialectProblems, fileLengths, typesDeclaredTwice } from '../../.ci/dialect-rules.ts'

const FIRST_LINE = '// What this file is for.\n'

function instead(file: string, source: string): string[] {
  return dialectProblems(file, source).map(({ line, instead }) => `${line} ${instead.split(/[:,(]/)[0]?.trim()}`)
}

t.test('one row for what each rule forbids', async (t) => {
  const rows: readonly (readonly [file: string, source: string, instead: string])[] = [
    ['auth-server/src/a.ts', 'const f = (a: number): number => a', '2 a function declaration'],
    [
      'auth-server/src/a.ts',
      'export const f = async <T>(\n  a: (b: T) => T,\n): Promise<T> => a(b)',
      '2 a function declaration',
    ],
    ['auth-server/test/a.test.ts', 'const f = () => {}', '2 a function declaration'],
    ['auth-server/src/a.ts', 'export type A = { readonly a: string }', '2 an interface with readonly members'],
    ['auth-server/src/a.ts', 'type A<T> = Readonly<{ a: T }>', '2 an interface with readonly members'],
    ['auth-server/src/a.ts', 'try {\n} catch (cause) {\n}', '3 error'],
    ['auth-server/src/a.ts', 'a().catch((reason: unknown) => reason)', '2 error'],
    ['auth-server/src/a.ts', 'const limit = 10', '2 UPPER_SNAKE for a module constant'],
    ['auth-server/src/a.ts', "export const names: readonly string[] = ['a']", '2 UPPER_SNAKE for a module constant'],
    ['auth-server/src/a.ts', 'const seen = new Map<string, string>()', '2 UPPER_SNAKE for a module constant'],
    ['auth-server/src/a.ts', 'function f(timeoutMs: number) {}', '2 Millis or Seconds at the end of a duration'],
    ['auth-server/src/a.ts', 'const TIMEOUT_MS = 10', '2 Millis or Seconds at the end of a duration'],
    ['auth-server/src/a.ts', 'function f(ttlSecs: number) {}', '2 Millis or Seconds at the end of a duration'],
    ['auth-server/src/oauth/a.ts', "  await db.selectFrom('users').execute()", '2 a function of store/'],
    ['auth-server/src/oauth/a.ts', "  await trx\n    .insertInto('users')\n    .execute()", '3 a function of store/'],
    ['auth-server/test/a.test.ts', 't.after(() => close())', '2 t.teardown'],
    ['auth-server/src/a.ts', '/** @throws when it rains */', '2 @throws {X} when …'],
    ['auth-server/src/interaction/x/view.ts', 'function f() {\n  return html`<form method="post">`\n}', '3 form'],
    ['auth-server/src/portal/new.ts', "function f() {\n  return '<FORM>'\n}", '3 form'],
    ['auth-server/src/account/x/routes.ts', "  app.post('/account/x', handler)", '2 a row of a table of the account'],
    ['auth-server/src/account/x/routes.ts', '  addPage(app, url, { GET })', '2 a row of a table of the account'],
    ['kong-plugins/README.md', 'The whole road in one picture.', '2 a plain word'],
    ['scripts/a.ts', '// Handed to the rooms.', '2 a plain word'],
  ]
  for (const [file, source, expected] of rows) t.strictSame(instead(file, FIRST_LINE + source), [expected], source)
  t.strictSame(instead('auth-server/src/a.ts', "import t from 'tap'"), [
    '1 a sentence about this file in its first line',
  ])
})

t.test('what is allowed passes', async (t) => {
  const rows: readonly (readonly [file: string, source: string])[] = [
    ['auth-server/src/a.ts', 'function f(a: number): number {\n  const inner = () => a\n  return inner()\n}'],
    ['auth-server/src/a.ts', 'const handler: Handler = (request) => request'],
    ['auth-server/src/a.ts', 'const made = make(() => 1)'],
    ['auth-server/src/a.ts', "export type A = { kind: 'a' } | { kind: 'b' }"],
    ['auth-server/src/a.ts', 'export type A = Readonly<{ at: number }> & B'],
    ['kong-plugins/src/a.ts', 'export const text: WireField<string> = {}'],
    ['auth-server/src/a.ts', 'const all = new Map(rows.map((row) => [row.name, row]))'],
    ['auth-server/src/a.ts', 'type Names = { readonly [N in Name]: string }'],
    ['auth-server/src/a.ts', 'try {\n} catch (error) {\n}\na().catch(() => {})'],
    ['auth-server/src/a.ts', 'const TIMEOUT_MILLIS = 10'],
    ['auth-server/src/store/tables/a.ts', "  await db.selectFrom('users').execute()"],
    ['auth-server/test/a.test.ts', "  await db.selectFrom('users').execute()"],
    ['auth-server/test/a.test.ts', "const names = ['a']"],
    ['kong-plugins/src/a.ts', 'interface Record {\n  readonly startMs: number\n}'],
    ['auth-server/src/a.ts', '/** @throws {TypeError} when it rains */'],
    ['auth-server/src/pages/components/form.ts', 'function form() {\n  return html`<form method="post">`\n}'],
    ['auth-server/src/interaction/x/view.ts', 'function f() {\n  return form({ binding, action })\n}'],
    ['auth-server/src/account/mount.ts', '  addPage(app, url, guarded(deps, route))'],
    ['README.md', 'Make room on the disk; the others have room left.'],
  ]
  for (const [file, source] of rows) t.strictSame(instead(file, FIRST_LINE + source), [], source)
})

t.test('no exported type name stands twice', async (t) => {
  const sources = new Map([
    ['auth-server/src/a.ts', 'export interface Caller {}\ninterface Local {}'],
    ['kong-plugins/src/b.ts', 'interface Local {}\nexport class Caller {}'],
    ['scripts/c.ts', 'export type Other = string'],
  ])
  t.strictSame(
    typesDeclaredTwice(sources).map(({ file, line }) => `${file}:${line}`),
    ['auth-server/src/a.ts:1', 'kong-plugins/src/b.ts:2'],
  )
})

t.test('half of the files and nine in ten have at most so many lines', async (t) => {
  t.strictSame(fileLengths([10, 20, 30, 40, 50, 60, 70, 80, 90, 1000]), { median: 50, ninth: 90 })
})
