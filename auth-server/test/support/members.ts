// An API whose people are approved, with something on each page about that: members, an invited address, somebody who asks.
import { defineApi } from '../../src/catalogue/apis.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { insertMembershipRequest } from '../../src/store/tables/membership-requests.ts'
import { insertMember, insertMemberByAddress } from '../../src/store/tables/memberships.ts'
import { newPerson } from './administrator.ts'
import { API, type TestServer } from './server.ts'

/** The ids of the address that is invited, and of the request. */
export async function membersOf(
  server: Pick<TestServer, 'db'> & Readonly<{ config: Pick<TestServer['config'], 'passwordPepper'> }>,
): Promise<readonly [string, string]> {
  const { db } = server
  await defineApi(db, { ...API, signUp: 'approval' }, OPERATOR)
  const apiId = API.id
  const asking = await newPerson(server, 'annegret.weissenboeck@schule.example', 'Annegret Weißenböck')
  const member = await newPerson(server, 'member@example.com', 'Dora Maar')
  const key = 'a.rather.long.address.of.somebody@gymnasium-am-see.example'
  return db.transaction().execute(async (trx) => {
    await insertMembershipRequest(trx, { personId: asking, apiId, reason: 'Ich unterrichte dort Erdkunde.' })
    await insertMember(trx, { personId: member, apiId })
    const promised = await insertMemberByAddress(trx, { key, address: key, apiId })
    const { id } = await trx.selectFrom('membership_requests').select('id').executeTakeFirstOrThrow()
    return [promised?.id ?? '', id]
  })
}
