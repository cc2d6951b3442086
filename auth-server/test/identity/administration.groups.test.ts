// An administrator says in which groups somebody is: all at once, told with before and after, and felt at the feed.

import t, { type Test } from 'tap'
import { BY_COMMAND } from '../../src/audit/context.ts'
import { defineApi } from '../../src/catalogue/apis.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { setPersonGroups } from '../../src/identity/administration/groups.ts'
import { addToGroup, removeFromGroup } from '../../src/identity/groups.ts'
import { administrator } from '../support/administrator.ts'
import { feedReader } from '../support/feed.ts'
import { obtainTokens } from '../support/phone.ts'
import { API, testServer } from '../support/server.ts'

async function opened(t: Test) {
  const server = await testServer(t)
  const { db, personId } = server
  await defineApi(db, { ...API, tokenGroups: ['staff', 'testers', 'writers'] }, OPERATOR)
  const by = await administrator(server)
  const set = (...groups: string[]) => setPersonGroups(db, by, personId, groups)
  const members = () =>
    db
      .selectFrom('group_members')
      .where('person_id', '=', personId)
      .orderBy('group_name')
      .orderBy('source')
      .select(['group_name as group', 'source'])
      .execute()
  const told = async () =>
    (
      await db
        .selectFrom('audit_events as event')
        .leftJoin('people as actor', 'actor.pseudonym', 'event.actor')
        .where('event.type', '=', 'group')
        .orderBy('event.seq')
        .select(['event.outcome', 'event.change', 'actor.id as actor', 'event.by_command as byCommand'])
        .execute()
    ).map(({ outcome, change, actor, byCommand }) => [outcome, change?.before, change?.after, actor ?? byCommand])
  return { ...server, server, by, set, members, told }
}

t.test('set as a whole: who does it is told with before and after, and nothing is told of nothing', async (t) => {
  const { db, by, set, members, told, personId } = await opened(t)
  t.equal(await set('staff', 'testers', 'staff'), 'done')
  t.equal(await set('testers', 'staff'), 'unchanged')
  t.equal(await set('writers', 'testers'), 'done')
  t.strictSame(await members(), [
    { group: 'testers', source: 'operator' },
    { group: 'writers', source: 'operator' },
  ])
  t.equal(await set(), 'done')
  t.strictSame(await members(), [])
  t.strictSame(await told(), [
    ['set', [], ['staff', 'testers'], by.personId],
    ['set', ['staff', 'testers'], ['testers', 'writers'], by.personId],
    ['set', ['testers', 'writers'], [], by.personId],
  ])
  const membership = { personId, group: 'staff', source: 'operator' }
  await addToGroup(db, membership, BY_COMMAND)
  await removeFromGroup(db, membership, BY_COMMAND)
  t.strictSame((await told()).slice(3), [
    ['added', [], ['staff'], true],
    ['removed', ['staff'], [], true],
  ])
})

t.test('a group that there is not: it is named, and nothing has changed; of nobody nothing changes', async (t) => {
  const { db, by, set, members, told } = await opened(t)
  t.strictSame(await set('staff', 'stuff', 'no\0group', "'; --"), { missing: ['stuff', 'no\0group', "'; --"] })
  t.strictSame([await members(), await told()], [[], []])
  t.equal(await setPersonGroups(db, by, 'usr_nobody', ['staff']), 'unchanged')
  t.strictSame(await told(), [])
})

t.test('what another source says stays; the gateway hears of a loss only when none keeps the person in', async (t) => {
  const { app, db, server, set, members, personId } = await opened(t)
  const { follow } = await feedReader(server)
  await addToGroup(db, { personId, group: 'staff', source: 'https://idp.example.com' }, BY_COMMAND)
  await set('staff', 'testers')
  const [grant = ''] = (await obtainTokens(app)).refresh_token.split('.')
  await follow()
  t.equal(await set('testers'), 'done')
  t.strictSame(await follow(), [], 'still in by the other')
  t.equal(await set(), 'done')
  t.match(await follow(), [{ type: 'grant', grant_id: grant, issued_until: Number }])
  t.strictSame(await members(), [{ group: 'staff', source: 'https://idp.example.com' }])
})

t.test('two who set at once: one after the other, and the log tells both as they were', async (t) => {
  const { set, members, told } = await opened(t)
  for (let round = 0; round < 10; round += 1) {
    await set()
    const before = (await told()).length
    await Promise.all([set('staff', 'testers'), set('writers')])
    const names = (await members()).map(({ group }) => group)
    const [first, second, ...more] = (await told()).slice(before)
    t.strictSame(first?.[2], second?.[1], 'each begins where the other has ended')
    t.strictSame(second?.[2], names)
    t.strictSame(more, [])
  }
})
