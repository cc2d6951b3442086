// What an administrator vouches for: the name of an application, and what phones know it by; both as they were read.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { FastifyRequest } from 'fastify'
import type { Texts } from '../../pages/locales/en.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { idsOf } from './asked.ts'
import { type AdministrationStep, stepRoute } from './step.ts'

/** Something to vouch for: what it says, the version that was read, and what is done about it. */
interface Vouching {
  readonly path: typeof PATHS.vouchForName | typeof PATHS.vouchForPhones
  readonly client: string
  readonly of: 'name' | 'phones'
  readonly name: string
  readonly shown: readonly string[]
  readonly version: string
}

function stepOf({ path, client, of, name, shown, version }: Vouching, { administration }: Texts): AdministrationStep {
  const { applications, sections } = administration
  const texts = applications.vouch[of]
  return {
    title: texts.title(name),
    button: texts.button,
    kind: 'main',
    effects: [...shown, ...texts.effects],
    action: actionOf(path, { client }),
    back: { label: sections.allApplications.title, href: hrefOf(PATHS.allApplications, {}) },
    etag: version,
  }
}

async function nameOf(request: FastifyRequest, me: PortalPerson): Promise<Vouching> {
  const client = idsOf(request).get('client') ?? ''
  const { body } = await me.ask('applications.get', { params: { client_id: client } })
  const shown = [...body.redirect_uris]
  return { path: PATHS.vouchForName, client, of: 'name', name: body.name, shown, version: body.name }
}

async function phonesOf(request: FastifyRequest, me: PortalPerson): Promise<Vouching> {
  const client = idsOf(request).get('client') ?? ''
  const params = { client_id: client }
  const { body: application } = await me.ask('applications.get', { params })
  const { body, etag } = await me.ask('applications.get_identity', { params })
  const { name } = application
  return { path: PATHS.vouchForPhones, client, of: 'phones', name, shown: linesOf(body), version: etag }
}

function linesOf({ android, apple }: OperationAnswer<'applications.get_identity'>): string[] {
  return [
    ...(android ? [`Android: ${android.package}`, ...android.certificate_digests] : []),
    ...(apple ? [`Apple: ${apple.team}.${apple.bundle}`] : []),
  ]
}

type ReadVouching = (request: FastifyRequest, me: PortalPerson) => Promise<Vouching>

/** @param vouch says that it is right, for the version that the page showed */
function routeOf(read: ReadVouching, vouch: (me: PortalPerson, client: string, version: string) => Promise<unknown>) {
  return stepRoute({
    read,
    stepOf,
    take: (me, { client }) => vouch(me, client, me.form.get('etag') ?? ''),
    done: () => [hrefOf(PATHS.allApplications, {}), 'applicationChanged'],
  })
}

export const VOUCHING_ROUTES: PortalRoutes = {
  // The name itself is the version: another one needs it anew.
  [PATHS.vouchForName]: routeOf(nameOf, (me, client, name) =>
    me.attempt('applications.verify_name', { params: { client_id: client }, body: { name } }),
  ),
  [PATHS.vouchForPhones]: routeOf(phonesOf, (me, client, ifMatch) =>
    me.attempt('applications.confirm_identity', { params: { client_id: client }, ifMatch }),
  ),
}
