// What goes with an application, in sentences: for its owners, and for administrators.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { Texts } from '../../pages/locales/en.ts'

export type Consequences = OperationAnswer<'applications.consequences'>

export function lossesOf(
  { subscriptions, people, people_counted, secrets, keys, android, apple, members, invitations }: Consequences,
  { portalApplications: { deletion } }: Texts,
): readonly string[] {
  const known = [android, apple].filter((id) => id !== null)
  const names = subscriptions.map(({ api_name, plan }) => `${api_name} (${plan})`)
  return [
    deletion.people(people, people_counted),
    ...(names.length > 0 ? [deletion.subscriptions(names)] : []),
    ...(secrets > 0 ? [deletion.secrets(secrets)] : []),
    ...(keys > 0 ? [deletion.keys(keys)] : []),
    ...(known.length > 0 ? [deletion.phones(known)] : []),
    ...(members > 1 ? [deletion.members(members)] : []),
    ...(invitations > 0 ? [deletion.invitations(invitations)] : []),
    deletion.figures,
    deletion.forGood,
  ]
}
