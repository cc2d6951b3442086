// What the domain refuses of a file is told with the line and the column where it stands, whatever kind of object it is.
import t from 'tap'
import { BY_COMMAND } from '../../src/audit/context.ts'
import { ImportRefused, importCatalogue } from '../../src/catalogue/file/import.ts'
import { formatYamlProblem, readCatalogueFile } from '../../src/catalogue/file/read.ts'
import { defineGroup } from '../../src/catalogue/groups.ts'
import { setAppIdentity } from '../../src/catalogue/set-app-identity.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { ISSUER, testServer } from '../support/server.ts'

const IDENTITY = 'identity: { apple: { team: ABCDE12345, bundle: com.example.maps } }'
const MAPS = `kind: native, redirect_uris: [com.example.maps:/callback], ${IDENTITY}`

t.test('a refused object is told where it stands', async (t) => {
  const { db } = await testServer(t)
  async function refused(text: string): Promise<string> {
    const file = await readCatalogueFile(text, {})
    if (!('apis' in file)) return file.map((problem) => formatYamlProblem('f', problem)).join('\n')
    const imported = importCatalogue(db, file, { issuer: ISSUER, context: BY_COMMAND })
    const error: unknown = await imported.catch((error: unknown) => error)
    if (!(error instanceof ImportRefused)) throw error
    return error.problems.map((problem) => formatYamlProblem('f', problem)).join('\n')
  }

  for (const [what, text, told] of [
    ['a name of a group', 'groups:\n  Staff: x\n', /^f:2:3: .*name of a group/],
    ['an empty name of a group', 'groups:\n  "": x\n', /^f:2:3: .*name of a group/],
    ['words for a group that turn the writing', 'groups:\n  staff: "a\\u202eb"\n', /^f:2:3: staff: .*200/],
    ['words for a group that go on and on', `groups:\n  staff: ${'x'.repeat(201)}\n`, /^f:2:3: staff: .*200/],
    [
      'an identity of an app that runs on no phone',
      `applications:\n  maps:\n    name: M\n    kind: web\n    ${IDENTITY}\n`,
      /^f:2:3: maps.*native/,
    ],
    ['an identity of an app whose name is a place', `applications:\n  "..": { name: M, ${MAPS} }\n`, /^f:2:3: .*link/],
  ] as const)
    await t.test(what, async (t) => t.match(await refused(text), told))

  await t.test('a record for which the files of phones have no room', async (t) => {
    await t.rejects(fill(), /128 KiB/)
    t.match(await refused(`groups: {}\napplications:\n  maps: { name: M, ${MAPS} }\n`), /^f:3:3: .*128 KiB/)
  })

  await t.test('a group that the portal manages', async (t) => {
    await db.transaction().execute((trx) => defineGroup(trx, { name: 'crew', description: '' }, OPERATOR))
    t.match(await refused('groups:\n  staff: x\n  crew: y\n'), /^f:3:3: the group crew/)
  })

  // Rows of apps in plenty, until the documents are full.
  async function fill(): Promise<void> {
    const digests = Array.from({ length: 10 }, (_, n) => String(n).padStart(2, '0').repeat(32))
    await db.transaction().execute(async (trx) => {
      for (let n = 0; n < 200; n++)
        await trx
          .insertInto('applications')
          .values({ id: `app_${n}`, client_id: `app-${n}`, name: 'A', kind: 'native', redirect_uris: [] })
          .execute()
      for (let n = 0; n < 200; n++)
        await trx
          .insertInto('app_identities')
          .values({
            application_id: `app_${n}`,
            android_package: 'com.example.app',
            android_digests: digests.map((digest) => (digest.match(/../g) ?? []).join(':')),
            apple_team: null,
            apple_bundle: null,
            passkeys: true,
            confirmed_at: new Date(),
          })
          .execute()
    })
    await setAppIdentity(db, ISSUER, 'app-0', { appleTeam: 'ABCDE12345', appleBundle: 'com.example.x' }, OPERATOR)
  }
})
