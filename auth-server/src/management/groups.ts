// What the operations on groups and roles do.
import { record } from '../audit/record.ts'
import { createGroup, defineGroup, removeGroup } from '../catalogue/groups.ts'
import { setPersonGroups } from '../identity/administration/groups.ts'
import { type GivableRole, giveRole, takeRole } from '../identity/administration/role-changes.ts'
import type { Trx } from '../store/database.ts'
import {
  type ListedGroup,
  listGroupsOfPerson,
  listGroupsPage,
  listMembers,
  listRolesPage,
  lockGroup,
  readGroup,
} from '../store/queries/listed-groups.ts'
import { lockGroupsOf, OPERATOR_SOURCE } from '../store/tables/group-members.ts'
import { isRoleGiven } from '../store/tables/person-roles.ts'
import { requireDone, requirePerson } from './administered.ts'
import type { HandlersOf } from './handler.ts'
import { requireManagedHere } from './managed.ts'
import { noteRead } from './note-read.ts'
import { readPage, toPage } from './page.ts'
import { conflict, invalid, notFound } from './refusals.ts'

function showGroup({ name, description, members, managedBy }: ListedGroup) {
  return { name, description, members, managed_by: managedBy }
}

/** A group that somebody is about to change here. @throws {HttpProblem} 404, 412, and 409 for what the file manages */
async function lockOwn(trx: Trx, name: string, requireVersion: (shown: unknown) => void): Promise<ListedGroup> {
  const group = await lockGroup(trx, name)
  if (!group) throw notFound('group')
  requireVersion(showGroup(group))
  requireManagedHere(`the group ${group.name}`, group.managedBy)
  return group
}

export const GROUP_HANDLERS: HandlersOf<'groups'> = {
  'groups.list': {
    async read({ db, input: { query } }) {
      const page = readPage(query)
      return toPage(page, await listGroupsPage(db, page.oneMore), ({ name }) => name, showGroup)
    },
  },
  'groups.get': {
    async read({ db, input: { params } }) {
      const group = await readGroup(db, params.name)
      if (!group) throw notFound('group')
      return showGroup(group)
    },
  },
  'groups.create': {
    async write({ trx, actor, input: { body } }) {
      const { name, description = '' } = body
      if (!(await createGroup(trx, { name, description }, actor.authority))) throw conflict('group_taken')
      return { name, description, members: 0, managed_by: 'portal' }
    },
  },
  'groups.update': {
    async write({ trx, actor, input: { params, body }, requireVersion }) {
      const group = await lockOwn(trx, params.name, requireVersion)
      const { description } = body
      await defineGroup(trx, { name: group.name, description }, actor.authority)
      return showGroup({ ...group, description })
    },
  },
  'groups.delete': {
    async write({ trx, actor, input: { params }, requireVersion }) {
      const group = await lockOwn(trx, params.name, requireVersion)
      await removeGroup(trx, group.name, actor.authority)
      return undefined
    },
  },
  'groups.members': {
    async read({ db, actor, input: { params, query } }) {
      const page = readPage(query)
      if (!(await readGroup(db, params.name))) throw notFound('group')
      await record(db, { type: 'account', outcome: 'searched-for' }, actor.authority.context)
      const found = await listMembers(db, params.name, page.oneMore)
      return toPage(
        page,
        found,
        (id) => id,
        (id) => ({ person_id: id }),
      )
    },
  },
  'groups.of_person': {
    async read({ db, actor, input: { params } }) {
      const { id: personId } = await requirePerson(db, params.person_id)
      await noteRead(db, actor, personId)
      return { groups: await listGroupsOfPerson(db, personId) }
    },
  },
  'groups.set_of_person': {
    async write({ trx, actor, input: { params, body }, requireVersion }) {
      const { id: personId } = await requirePerson(trx, params.person_id)
      await lockGroupsOf(trx, { personId, source: OPERATOR_SOURCE })
      requireVersion({ groups: await listGroupsOfPerson(trx, personId) })
      const outcome = await setPersonGroups(trx, actor.authority, personId, [...new Set(body.groups)])
      if (typeof outcome === 'object') throw invalid('no_group', outcome.missing.join(', '))
      return { groups: await listGroupsOfPerson(trx, personId) }
    },
  },
}

/** @throws {HttpProblem} 400 where an approver is of no API, or anybody else is */
function readRole(role: 'developer' | 'approver' | 'administrator', apiId: string | undefined): GivableRole {
  if ((role === 'approver') !== (apiId !== undefined)) throw invalid('approver_api')
  if (role !== 'approver') return { role }
  return { role, apiId: apiId ?? '' }
}

export const ROLE_HANDLERS: HandlersOf<'roles'> = {
  'roles.list': {
    async read({ db, actor, input: { query } }) {
      const page = readPage(query)
      await record(db, { type: 'account', outcome: 'searched-for' }, actor.authority.context)
      const { role, person_id: personId } = query
      return toPage(
        page,
        await listRolesPage(db, { role, personId }, page.oneMore),
        (given) => `${given.personId} ${given.role} ${given.apiId ?? ''}`,
        (given) => ({ person_id: given.personId, role: given.role, api_id: given.apiId }),
      )
    },
  },
  'roles.give': {
    async write({ trx, actor, input: { params, query } }) {
      const { id, kind } = await requirePerson(trx, params.person_id)
      if (kind === 'guest') throw conflict('guest_role')
      const role = readRole(params.role, query.api_id)
      const isGiven = (await giveRole(trx, actor.authority, id, role)) === 'done'
      const known =
        isGiven || (await isRoleGiven(trx, { personId: id, role: params.role, apiId: query.api_id ?? null }))
      if (!known) throw notFound('API')
      return { person_id: id, role: params.role, api_id: query.api_id ?? null }
    },
  },
  'roles.take': {
    async write({ trx, actor, input: { params, query } }) {
      const role = readRole(params.role, query.api_id)
      const outcome = await takeRole(trx, actor.authority, params.person_id, role)
      if (outcome === 'unchanged') throw notFound('role of this person')
      requireDone(outcome)
      return undefined
    },
  },
}
