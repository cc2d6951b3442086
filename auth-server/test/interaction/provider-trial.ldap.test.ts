// Trying a real directory, as an administrator: what it tells of an entry, and the refusal of a service account, which no sign-in page tells.
import t from 'tap'
import { atPortalAs, portalServer, post } from '../support/portal.ts'
import { BASE_DN, SERVICE, startSlapd, withoutSlapd } from '../support/slapd.ts'
import { catalogueOf } from '../support/upstream.ts'

const ADA = `dn: uid=ada,${BASE_DN}\nobjectClass: inetOrgPerson\nuid: ada\nsn: x\ncn: Ada\nmail: ada@corp.example\nuserPassword: of ada\n`

t.test('a directory is tried', { skip: withoutSlapd }, async (t) => {
  const slapd = await startSlapd(t, ADA)
  const account = { bind_dn: SERVICE.dn, bind_password_variable: 'LDAP_PASSWORD' }
  const staff = { kind: 'ldap', label: 'Staff', url: slapd.url, base_dn: BASE_DN, ...account }
  const environment = await catalogueOf(t, {
    staff,
    wrong: { ...staff, base_dn: `ou=x,${BASE_DN}`, bind_dn: 'cn=nobody' },
  })
  const server = await portalServer(t, { ...environment, LDAP_PASSWORD: SERVICE.password })
  const chief = await atPortalAs(server, 'administrator')
  const tried = async (provider: string, password: string) => {
    const path = `/portal/administration/providers/${provider}/trial`
    t.equal((await post(chief, path, { name: 'ada', password })).statusCode, 303)
    return (await chief.browser.request('GET', path)).body
  }
  const body = await tried('staff', 'of ada')
  t.match(
    body,
    /its answer is sound[\s\S]*ada@corp\.example: not kept[\s\S]*<code>entryUUID<\/code>[\s\S]*<code>cn<\/code>/,
  )
  t.notMatch(body, 'of ada')
  t.match(await tried('staff', 'wrong'), /does not know this name with this password/)
  t.match(await tried('wrong', 'of ada'), /could not be reached[\s\S]*Why/)
  t.strictSame(await server.db.selectFrom('identities').select('subject').execute(), [])
})
