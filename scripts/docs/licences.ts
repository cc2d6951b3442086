// auth-server/docs/licences.md: every package that the two images ship, with its licence, read from the lock file.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { code, generatedFrom, table } from './markdown.ts'

/** What an image is made of: the workspaces whose dependencies it installs (see the Dockerfiles). */
export const IMAGES = {
  'auth server': ['auth-server', 'auth-server/sdk'],
  'plugin server': ['kong-plugins', 'auth-server/sdk'],
} as const

/** What npm writes of a package, as far as it is read here. */
interface LockedPackage {
  readonly name?: string
  readonly version?: string
  readonly license?: string
  readonly link?: boolean
  readonly resolved?: string
  readonly integrity?: string
  readonly hasInstallScript?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, Readonly<{ optional?: boolean }>>>
}

/** The packages of a lock file, by their folders. */
export type Lock = Readonly<Record<string, LockedPackage>>

/** A package that is shipped, and in which images. */
export interface ShippedPackage {
  readonly name: string
  readonly version: string
  readonly licence: string
  /** Its digest, as npm writes it. */
  readonly integrity: string
  readonly images: readonly string[]
}

export function readLock(root: string): Lock {
  return JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
}

/** Where `name` is found from `folder`: in its node_modules, else in those above it, as Node looks. */
function resolve(lock: Lock, folder: string, name: string): string | undefined {
  for (let above = folder; ; above = above.slice(0, Math.max(0, above.lastIndexOf('/')))) {
    const path = `${above === '' ? '' : `${above}/`}node_modules/${name}`
    if (path in lock) return path
    if (above === '') return undefined
  }
}

function folders(lock: Lock, workspaces: readonly string[]): Set<string> {
  const seen = new Set<string>()
  const open: string[] = [...workspaces]
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = lock[folder] ?? {}
    const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional)
    const names = [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]
    for (const name of names) {
      const found = resolve(lock, folder, name)
      if (found === undefined || seen.has(found) || lock[found]?.link) continue
      seen.add(found)
      open.push(found)
    }
  }
  return seen
}

/** By name and version. Of a package for several systems each is named, though an image has the one for its own. */
export function shippedPackages(lock: Lock): ShippedPackage[] {
  const found = new Map<string, ShippedPackage>()
  for (const [image, workspaces] of Object.entries(IMAGES))
    for (const folder of folders(lock, workspaces)) {
      const { version = '', license: licence = '', integrity = '' } = lock[folder] ?? {}
      const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)
      const images = found.get(`${name} ${version}`)?.images ?? []
      found.set(`${name} ${version}`, { name, version, licence, integrity, images: [...new Set([...images, image])] })
    }
  return [...found.values()].toSorted((a, b) => compare(a.name, b.name) || compare(a.version, b.version))
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

const INTRODUCTION = `# Licences of what is shipped

Every package that the images of the auth server and of the plugin server install, by the lock file. Development tools are
not among them. Of packages with prebuilt parts for several systems an image has the ones for its own.

\`npm run -s sbom\` prints the same as a software bill of materials (CycloneDX, JSON), with a digest of each package. What else
the server carries, data for instance, stands in [operations.md](operations.md#licences-of-data).`

/** The text of the page. */
export function licencesPage(lock: Lock): string {
  const rows = shippedPackages(lock).map(({ name, version, licence, images }) => [
    code(name),
    version,
    licence,
    images.join(', '),
  ])
  const head = ['Package', 'Version', 'Licence', 'In the image of the']
  return `${[generatedFrom('package-lock.json'), INTRODUCTION, table(head, rows)].join('\n\n')}\n`
}
