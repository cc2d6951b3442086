// What the operations on registrations do. For administrators and machines: who approves subscriptions needs no person's answers.
import { record } from '../audit/record.ts'
import { withdrawRegistration } from '../identity/keep-registration.ts'
import { toldAnswers } from '../identity/told-answers.ts'
import {
  type ListedRegistration,
  listRegistrationsPage,
  readRegistration,
} from '../store/queries/listed-registrations.ts'
import type { HandlersOf } from './handler.ts'
import { readPage, toPage } from './page.ts'
import { notFound } from './refusals.ts'

function showRegistration({ apiId, personId, termsVersion, createdAt, changedAt }: ListedRegistration) {
  return {
    api_id: apiId,
    person_id: personId,
    terms_version: termsVersion,
    created_at: createdAt.toISOString(),
    changed_at: changedAt.toISOString(),
  }
}

export const REGISTRATION_HANDLERS: HandlersOf<'registrations'> = {
  'registrations.list': {
    async read({ db, actor, input: { query } }) {
      const page = readPage(query)
      const { api_id: apiId, person_id: personId, terms_version: termsVersion } = query
      await record(db, { type: 'registration', outcome: 'searched-for' }, actor.authority.context)
      const found = await listRegistrationsPage(db, { apiId, personId, termsVersion }, page.oneMore)
      return toPage(page, found, (each) => `${each.personId} ${each.apiId}`, showRegistration)
    },
  },
  'registrations.get': {
    async read({ db, actor, input: { params } }) {
      const found = await readRegistration(db, { apiId: params.api_id, personId: params.person_id })
      if (!found) throw notFound('registration')
      const { form, answers, claims, apiId, personId } = found
      await record(db, { type: 'registration', outcome: 'read', apiId, personId }, actor.authority.context)
      return { ...showRegistration(found), answers: toldAnswers(form, answers, claims) }
    },
  },
  'registrations.erase': {
    async write({ trx, actor, input: { params } }) {
      const who = { apiId: params.api_id, personId: params.person_id }
      if (!(await withdrawRegistration(trx, who, actor.authority.context))) throw notFound('registration')
      return undefined
    },
  },
}
