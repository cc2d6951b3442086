// What each operation of the contract is sent in tests: something that fits, on things that are there.
import type { OperationId } from '@mobile-api-gateway/sdk/contract/index.ts'

/** One pixel. */
const LOGO = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** What tests find in their server. */
export interface Things {
  readonly personId: string
  readonly clientId: string
  readonly subscriptionId: string
  readonly pendingId: string
  readonly installationId: string
}

/** A request that fits its row. */
export interface FittingRequest {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: Readonly<Record<string, unknown>>
}

export const DOCUMENT = 'openapi: 3.1.0\ninfo: { title: Orders, version: "1" }\npaths: {}\n'
const API_BODY = { name: 'New', resource: 'https://api.example.com/new', scopes: [], plans: ['basic'] }

/** For each row; one that is missing does not compile. */
export function fittingRequests(things: Things): Readonly<Record<OperationId, FittingRequest>> {
  const person = { params: { person_id: things.personId } }
  const application = { params: { client_id: things.clientId } }
  const subscription = { params: { subscription_id: things.subscriptionId } }
  const pending = { params: { subscription_id: things.pendingId } }
  const api = { params: { id: 'orders-api' } }
  const identity = { apple: { team: 'ABCDE12345', bundle: 'com.example.shop' } }
  return {
    'hooks.list': {},
    'hooks.test': { params: { hook: 'nothing' } },
    'hooks.forget': { params: { hook: 'nothing' } },
    'hooks.send_all_again': { params: { hook: 'nothing' } },
    'hooks.deliveries': { query: { state: 'dead' } },
    'hooks.get_delivery': { params: { delivery_id: 'nothing.1' } },
    'hooks.send_again': { params: { delivery_id: 'nothing.1' } },
    'hooks.drop': { params: { delivery_id: 'nothing.1' } },
    'memberships.list': { query: { person_id: things.personId } },
    'memberships.create': { body: { api_id: 'orders-api', email: 'new@example.com' } },
    'memberships.get': { params: { membership_id: `membership_${'0'.repeat(32)}` } },
    'memberships.requests': { query: { api_id: 'orders-api' } },
    'memberships.waiting': {},
    'memberships.get_request': { params: { request_id: `request_${'0'.repeat(32)}` } },
    'memberships.approve': { params: { request_id: `request_${'0'.repeat(32)}` }, body: {} },
    'memberships.decline': { params: { request_id: `request_${'0'.repeat(32)}` }, body: { reason: 'Not yet.' } },
    'memberships.end': { params: { membership_id: `membership_${'0'.repeat(32)}` } },
    'people.list': { query: { name: 'Ad' } },
    'people.create': { body: { email: 'new@example.com', groups: ['staff'] } },
    'people.export': {},
    'people.import': { body: { email: 'moved@example.com', password_hash: `$2b$04$${'A'.repeat(53)}` } },
    'people.invitations': {},
    'people.withdraw_invitation': { params: { invitation_id: `usr_${'A'.repeat(22)}` } },
    'people.get': person,
    'people.suspend': person,
    'people.restore': person,
    'people.delete': person,
    'people.reset_password': person,
    'people.installations': person,
    'people.end_installation': { params: { ...person.params, installation_id: things.installationId } },
    'people.credentials': person,
    'people.remove_second_factors': person,
    'people.sessions': person,
    'people.consents': person,
    'people.withdraw_consent': { params: { ...person.params, client_id: things.clientId } },
    'groups.list': {},
    'groups.create': { body: { name: 'testers' } },
    'groups.get': { params: { name: 'staff' } },
    'groups.update': { params: { name: 'staff' }, body: { description: 'Who works here' } },
    'groups.delete': { params: { name: 'staff' } },
    'groups.members': { params: { name: 'staff' } },
    'groups.of_person': person,
    'groups.set_of_person': { ...person, body: { groups: ['staff'] } },
    'roles.list': {},
    'roles.give': { params: { ...person.params, role: 'developer' } },
    'roles.take': { params: { ...person.params, role: 'developer' } },
    'applications.list': { query: { kind: 'native' } },
    'applications.create': { body: { name: 'New', kind: 'native' } },
    'applications.get': application,
    'applications.update': { ...application, body: { name: 'Renamed' } },
    'applications.delete': application,
    'applications.suspend': application,
    'applications.restore': application,
    'applications.rotate_secret': { ...application, body: {} },
    'applications.set_logo': { ...application, body: { image: LOGO } },
    'applications.delete_logo': application,
    'applications.verify_name': { ...application, body: { name: 'Shop' } },
    'applications.unverify_name': application,
    'applications.list_secrets': application,
    'usage.list': { query: { client_id: things.clientId, by: 'hour' } },
    'refusals.list': application,
    'applications.add_secret': { ...application, body: {} },
    'applications.end_secret': { params: { ...application.params, secret_id: 'A'.repeat(8) } },
    'applications.get_identity': application,
    'applications.set_identity': { ...application, body: identity },
    'applications.delete_identity': application,
    'applications.confirm_identity': application,
    'applications.checklist': application,
    'applications.use_secret': { ...application, body: {} },
    'applications.check_app_links': application,
    'applications.consequences': application,
    'applications.people': application,
    'applications.remove_person': { params: { ...application.params, person_id: things.personId } },
    'applications.invitations': application,
    'applications.invite': { ...application, body: { email: 'new@example.com' } },
    'applications.withdraw_invitation': { params: { ...application.params, invitation_id: `inv_${'A'.repeat(22)}` } },
    'apis.list': {},
    'apis.create': { body: { id: 'new-api', ...API_BODY } },
    'apis.get': api,
    'apis.update': { ...api, body: API_BODY },
    'apis.delete': api,
    'apis.suspend': api,
    'apis.restore': api,
    'apis.get_document': api,
    'apis.set_document': { ...api, body: { document: DOCUMENT } },
    'apis.delete_document': api,
    'apis.reference': api,
    'plans.list': {},
    'subscriptions.list': {},
    'subscriptions.create': {
      body: { client_id: things.clientId, api_id: 'orders-api', plan: 'basic', scopes: ['orders:read'] },
    },
    'subscriptions.get': subscription,
    'subscriptions.suspend': subscription,
    'subscriptions.restore': subscription,
    'subscriptions.delete': subscription,
    'approvals.list': {},
    'approvals.get': pending,
    'approvals.approve': { ...pending, body: {} },
    'approvals.decline': pending,
    'approvals.change': { ...subscription, body: { trusted: true } },
    'providers.list': {},
    'registrations.list': { query: { api_id: 'orders-api', terms_version: '1' } },
    'registrations.get': { params: { ...person.params, api_id: 'orders-api' } },
    'registrations.erase': { params: { ...person.params, api_id: 'orders-api' } },
    'revocations.person': person,
    'revocations.application': application,
    'revocations.installation': { params: { installation_id: things.installationId } },
    'audit.list': {},
    'keys.list': {},
    'health.get': {},
  }
}
