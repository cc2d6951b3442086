// The programs of devices.md: whole programs of their languages, with the addresses, types and ids that the server has.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ASSERTION_TYPE_OF_DEVICES } from '@mobile-api-gateway/auth-server/oauth/device/assertion.ts'
import { DEVICE_GRANT } from '@mobile-api-gateway/auth-server/oauth/device/guests.ts'
import { REGISTRATION_TYPE } from '@mobile-api-gateway/auth-server/oauth/device/registration.ts'
import { ENDPOINTS } from '@mobile-api-gateway/auth-server/oauth/endpoints.ts'
import t from 'tap'
import { openParsers } from '../../../auth-server/test/support/syntax.ts'
import { DEMO } from '../../demo/known.ts'
import { stackUrls } from '../../stack/urls.ts'
import { ROOT } from '../support/documents.ts'

const page = readFileSync(join(ROOT, 'auth-server/docs/devices.md'), 'utf8')
const parse = await openParsers()
const { issuer, resource } = stackUrls({ auth: 4000, api: 3000, gateway: 8000 })

/** What stands in both programs, and comes from here. */
const SHARED = [
  ...[issuer, resource, DEMO.clientId, DEMO.redirectUri],
  ...[REGISTRATION_TYPE, ASSERTION_TYPE_OF_DEVICES, 'dpop+jwt', DEVICE_GRANT],
  ...['/devices/challenge', '/devices', '/par', '/authorize', '/token'],
  ...['device_assertion', 'device_name', 'proof', 'attestation_type', 'attestation', 'assertion', 'challenge'],
]

for (const [language, attestation] of [
  ['swift', 'app-attest'],
  ['kotlin', 'android-key'],
] as const) {
  t.test(`${language}: the program is one, and names what the server has`, async (t) => {
    const [, text = ''] = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(page) ?? []
    const { problems, strings } = parse(language, text)
    t.strictSame(problems, [])
    const found = new Set(strings)
    t.strictSame(
      [...SHARED, attestation].filter((value) => !found.has(value)),
      [],
    )
    // Whatever else looks like an address, a type or a grant.
    const unknown = strings.filter((value) => /^\/\w|\+jwt$|^urn:|^https?:/.test(value) && !SHARED.includes(value))
    t.strictSame(unknown, [])
  })
}

t.test('the addresses are endpoints, and what is sent to them they read', async (t) => {
  const paths = ENDPOINTS.map(({ path }) => path)
  for (const path of SHARED.filter((value) => value.startsWith('/'))) t.ok(paths.includes(path), path)
  const { parameters = [] } = ENDPOINTS.find(({ path }) => path === '/devices') ?? {}
  for (const name of ['proof', 'device_name', 'attestation', 'attestation_type']) t.ok(parameters.includes(name), name)
})
