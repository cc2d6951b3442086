// A plan in words: its limits, as gateways have told them, and for whom it is.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'

export type ListedPlanOf = OperationAnswer<'plans.list'>['items'][number]

/** One line: "60 calls a minute for each person in each app". @param apiId the plan may be of several APIs */
export function limitsInWords(
  { limits }: Pick<ListedPlanOf, 'limits'>,
  apiId: string,
  { language, portalApis }: Texts,
): string {
  const format = new Intl.NumberFormat(language)
  const lines = limits
    .filter((limit) => limit.api_id === apiId)
    .flatMap(({ counted, period, said }) => {
      const [least] = said
      if (!least) return []
      const line = portalApis.limit(format.format(least.calls), period, counted)
      return [said.length > 1 ? portalApis.differs(line) : line]
    })
  return lines.length > 0 ? lines.join(' · ') : portalApis.limitUnknown
}

/** The same, and what the plan is for where that goes without an app's choice. */
export function planInWords(
  plan: ListedPlanOf,
  api: Pick<OperationAnswer<'apis.get'>, 'id' | 'guest_plan' | 'plan_descriptions'>,
  texts: Texts,
): Html {
  const isOfGuests = plan.name === api.guest_plan
  const said = new Map(Object.entries(api.plan_descriptions)).get(plan.name)
  return html`${said !== undefined && html`<span dir="auto">${said}</span><br>`}${limitsInWords(plan, api.id, texts)}${isOfGuests && html`<br>${texts.portalApis.guestPlan}`}`
}
