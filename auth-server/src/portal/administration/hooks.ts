// The pages of hooks: how they fare, a test call, and the steps that send a call again or drop it.
import type { FastifyRequest } from 'fastify'
import type { Texts } from '../../pages/locales/en.ts'
import { sendPage } from '../../pages/send-page.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { askedOf, idsOf } from './asked.ts'
import { aboutOf, type Delivery, hooksPage } from './hooks-view.ts'
import { type AdministrationStep, stepRoute } from './step.ts'

const STEPS = ['again', 'drop'] as const
type DeliveryStep = (typeof STEPS)[number]

interface FoundStep {
  readonly delivery: Delivery
  readonly step: DeliveryStep
}

async function readStep(request: FastifyRequest, me: PortalPerson): Promise<FoundStep | undefined> {
  const ids = idsOf(request)
  const step = STEPS.find((one) => one === ids.get('step'))
  const id = ids.get('delivery') ?? ''
  if (!step || !/^[\w-]{1,64}\.\d{1,20}$/.test(id)) return undefined
  return { delivery: (await me.ask('hooks.get_delivery', { params: { delivery_id: id } })).body, step }
}

function stepOf({ delivery, step }: FoundStep, { administration, portalHooks: words }: Texts): AdministrationStep {
  const { id, hook, event } = delivery
  return {
    title: words[`${step}Title`](hook),
    button: words[step],
    kind: step === 'drop' ? 'danger' : 'main',
    effects: step === 'drop' ? words.dropLosses(hook, event, aboutOf(delivery)) : words.againEffects,
    action: actionOf(PATHS.hookDeliveryStep, { delivery: id, step }),
    back: { label: administration.sections.hooks.title, href: hrefOf(PATHS.hooks, {}) },
  }
}

export const HOOK_ROUTES: PortalRoutes = {
  [PATHS.hooks]: {
    needs: 'administrator',
    async GET(request, reply, me) {
      const { hook, cursor } = askedOf(request, ['hook', 'cursor'])
      const { items: hooks } = (await me.ask('hooks.list')).body
      const only = hooks.find(({ name }) => name === hook)?.name
      const query = { ...(only !== undefined && { hook: only }), ...(cursor !== undefined && { cursor }) }
      const { body: found } = await me.ask('hooks.deliveries', { query })
      return sendPage(reply, hooksPage(me, { hooks, found, only }))
    },
  },
  [PATHS.hookTest]: {
    needs: 'administrator',
    on: PATHS.hooks,
    async POST(request, reply, me) {
      const { body } = await me.ask('hooks.test', { params: { hook: idsOf(request).get('hook') ?? '' } })
      return me.backTo(reply, hrefOf(PATHS.hooks, {}), body.taken ? 'hookTaken' : 'hookNotTaken')
    },
  },
  [PATHS.hookDeliveryStep]: stepRoute({
    read: readStep,
    stepOf,
    take: (me, { delivery, step }): Promise<unknown> =>
      me.attempt(step === 'again' ? 'hooks.send_again' : 'hooks.drop', { params: { delivery_id: delivery.id } }),
    done: ({ step }) => [hrefOf(PATHS.hooks, {}), step === 'again' ? 'hookSentAgain' : 'hookDropped'],
  }),
}
