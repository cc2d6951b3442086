// What is shipped is known: its licences, its origin, what it runs when it is installed; and nothing is shipped for nothing.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { readLock, shippedPackages } from '../docs/licences.ts'
import { ROOT } from './support/documents.ts'

const LOCK = readLock(ROOT)
/** Those whose conditions somebody has read: all let an image be passed on with their texts in it. */
const KNOWN_LICENCES = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'LGPL-3.0-or-later',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'MPL 2.0',
])

t.test('each shipped package has a licence that somebody has read', async (t) => {
  const unknown = shippedPackages(LOCK).filter(
    ({ licence }) => licence === '' || !licence.split(' AND ').every((each) => KNOWN_LICENCES.has(each)),
  )
  t.strictSame(unknown, [])
})

t.test('each package comes from the registry, with the digest of what it is', async (t) => {
  for (const [folder, { link, integrity, resolved = '', version }] of Object.entries(LOCK)) {
    if (link || !folder.includes('node_modules/')) continue
    t.match(integrity, /^sha512-/, `${folder} ${version}`)
    t.notMatch(resolved, /^(?:git|http:|file:)/, folder)
  }
})

t.test('what runs at installation is named, and allowed or not', async (t) => {
  const { allowScripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const names = Object.entries(LOCK).flatMap(([folder, { hasInstallScript }]) =>
    hasInstallScript ? [folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)] : [],
  )
  t.strictSame(Object.keys(allowScripts).toSorted(), [...new Set(names)].toSorted())
})

t.test('the bill of materials is CycloneDX, and names each shipped package with its digest', async (t) => {
  const script = join(ROOT, 'scripts', 'sbom.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script], { maxBuffer: 64 << 20 })
  const { bomFormat, specVersion, components } = JSON.parse(stdout)
  t.strictSame([bomFormat, specVersion], ['CycloneDX', '1.6'])
  t.strictSame(
    components.map(({ purl }: { purl: string }) => decodeURIComponent(purl)),
    shippedPackages(LOCK).map(({ name, version }) => `pkg:npm/${name}@${version}`),
  )
  for (const { purl, hashes } of components) t.match(hashes[0].content, /^[0-9a-f]{128}$/, purl)
  t.ok(components.length > 100)
})

/** Programs of the checkout, and what the compiler reads by itself. */
const NOT_NAMED_IN_CODE = new Set(['@biomejs/biome', '@types/node', 'node', 'typescript'])

t.test('each declared dependency is named in the code of its package', async (t) => {
  for (const folder of ['.', 'auth-server', 'auth-server/sdk', 'kong-plugins', 'scripts']) {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'))
    const text = await textsOf(folder === '.' ? ['.ci/*', 'scripts/**/*.{ts,mjs}'] : [`${folder}/**/*.{ts,mjs}`])
    const unused = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => {
      const used = name.replace(/^@types\//, '')
      return (
        !NOT_NAMED_IN_CODE.has(name) &&
        !['', '@'].some((before) => ['`', "'"].some((quote) => text.includes(`${quote}${before}${used}`)))
      )
    })
    t.strictSame(unused, [], folder)
  }
})

async function textsOf(patterns: readonly string[]): Promise<string> {
  const texts: string[] = []
  for await (const file of glob(patterns, { cwd: ROOT, exclude: (name) => name.includes('node_modules') }))
    texts.push(readFileSync(join(ROOT, file), 'utf8'))
  return texts.join('\n')
}
