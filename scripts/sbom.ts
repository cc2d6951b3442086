// npm run -s sbom: what is shipped, as a software bill of materials. (npm's own leaves out what development tools share.)
import { join } from 'node:path'
import { runCommand } from '@mobile-api-gateway/sdk/command-line.ts'
import { readLock, type ShippedPackage, shippedPackages } from './docs/licences.ts'

const USAGE = `Usage: npm run -s sbom

Prints every package that the images of the auth server and of the plugin server install, by the lock file, as JSON in the
format CycloneDX 1.6: name, version, licence, digest, and in which image it is.

  --help  this text
`

/** A component of CycloneDX (https://cyclonedx.org/docs/1.6/json/). */
function component({ name, version, licence, integrity, images }: ShippedPackage) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`
  const digest = Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex')
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    // "MPL 2.0" is no expression of SPDX, "MPL-2.0" is.
    licenses: [{ expression: licence.replaceAll(/(\w) (\d)/g, '$1-$2') }],
    hashes: [{ alg: 'SHA-512', content: digest }],
    properties: images.map((image) => ({ name: 'image', value: image })),
  }
}

await runCommand({ usage: USAGE, options: {} }, () => {
  const lock = readLock(join(import.meta.dirname, '..'))
  const { name, version = '' } = lock[''] ?? {}
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': `${name}@${version}`, name, version } },
    components: shippedPackages(lock).map(component),
  }
  console.log(JSON.stringify(bill, undefined, 2))
  return 0
})
