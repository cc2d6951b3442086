// npm run app -- add: an app with its subscriptions. The operator asks and approves in one go; over the network somebody else approves.
import { OPERATIONS, type OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { type ManagementClient, ManagementError } from '@mobile-api-gateway/sdk/management/index.ts'
import { CODE_PLATFORMS, requirePhone, requirePlatform, tellApp } from './app-settings.ts'
import { Mistake } from './mistake.ts'
import { inputOf, optionsOf, requireMembers } from './options.ts'
import type { Told } from './tell.ts'
import { textsOf, type Verb, type VerbCall } from './verb.ts'

const CREATE = OPERATIONS['applications.create']

export const APP_ADD: Verb = {
  summary: 'Register an app, and let it use APIs',
  takes: [],
  options: {
    ...optionsOf(CREATE),
    kind: { type: 'string', help: 'native|web|browser; native without it' },
    api: { type: 'string', multiple: true, help: 'An API that it may use, by its short name. Once for each' },
    plan: { type: 'string', help: 'Its plan at these APIs; their first one without it' },
    scope: { type: 'string', multiple: true, help: 'What it may ask for; all that the API has without it' },
    trusted: { type: 'boolean', help: 'People are not asked to allow the scopes one by one' },
    for: { type: 'string', help: `${CODE_PLATFORMS.join('|')}. Prints code with its settings in it` },
  },
  run: addApp,
}

async function addApp(call: VerbCall): Promise<Told> {
  const { client, deps, values } = call
  const platform = requirePlatform(values.for)
  const given = { kind: 'native', name: '', ...inputOf(CREATE, values) } as const
  requireMembers(CREATE, inputOf(CREATE, { kind: 'native', ...values }))
  if (values.api === undefined && ['plan', 'scope', 'trusted'].some((name) => values[name] !== undefined))
    throw new Mistake('--plan, --scope and --trusted are about an API: name one with --api.')
  if (!deps && values.trusted === true)
    throw new Mistake('--trusted is for whoever approves, and over the network that is somebody else: leave it out.')
  if (platform && values.api === undefined)
    throw new Mistake('--for writes code that calls an API: name one with --api.')
  if (platform) requirePhone(platform, textsOf(values, 'redirect'))
  // Whatever can be wrong with the APIs is said before there is an app.
  const wanted = await Promise.all(textsOf(values, 'api').map((id) => subscriptionTo(call, id)))
  requireRedirect(values)
  const { body: app } = await client.call('applications.create', given)
  const pending: string[] = []
  try {
    for (const subscription of wanted) {
      const asked = await client.subscriptions.create({ client_id: app.client_id, ...subscription })
      // No machine client approves what it asked for itself.
      if (!deps) pending.push(asked.id)
      else await client.approvals.approve({ subscription_id: asked.id, trusted: values.trusted === true })
    }
  } catch (error) {
    await removeAgain(call, app.client_id)
    throw error
  }
  const { text } = await tellApp(call, app, platform)
  const secret = app.client_secret === null ? [] : [`client_secret ${app.client_secret}\nIt is told this once.`]
  const waits = pending.map((id) => `Waits for somebody else: npm run approval -- approve ${id}`)
  return { json: app, text: [text, ...secret, ...waits].join('\n\n') }
}

/** People who sign in have to come back; without that grant nobody signs in. */
function requireRedirect(values: VerbCall['values']): void {
  const grants = textsOf(values, 'grant-type')
  const signsIn = grants.length === 0 || grants.includes('authorization_code')
  if (signsIn && textsOf(values, 'redirect').length === 0)
    throw new Mistake('--redirect is missing: where answers go, e.g. com.example.mine:/callback.')
}

async function subscriptionTo({ client, values }: VerbCall, id: string) {
  const api = await findApi(client, id)
  const offered = api.scopes.map(({ name }) => name)
  const scopes = values.scope === undefined ? offered : textsOf(values, 'scope')
  const plan = typeof values.plan === 'string' ? values.plan : (api.plans[0] ?? '')
  const unknown = scopes.find((scope) => !offered.includes(scope))
  if (unknown !== undefined) throw new Mistake(`${id} has no scope ${unknown}, but ${offered.join(', ') || 'none'}.`)
  if (!api.plans.includes(plan)) throw new Mistake(`${id} has no plan ${plan}, but ${api.plans.join(', ')}.`)
  return { api_id: id, plan, scopes: [...scopes] }
}

async function findApi(client: ManagementClient, id: string): Promise<OperationAnswer<'apis.get'>> {
  try {
    return await client.apis.get({ id })
  } catch (error) {
    if (!(error instanceof ManagementError) || error.status !== 404) throw error
    throw new Mistake(`There is no API ${id}: npm run api -- list names them.`)
  }
}

async function removeAgain({ client }: VerbCall, clientId: string): Promise<void> {
  const { etag = '' } = await client.call('applications.get', { client_id: clientId })
  await client.applications.delete({ client_id: clientId }, { ifMatch: etag })
}
