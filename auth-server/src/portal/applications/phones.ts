// What phones know an application by: app links, passkeys in the app and attestation follow from it.
import type { FastifyReply } from 'fastify'
import type { Deps } from '../../deps.ts'
import type { Parameters } from '../../http/parameters.ts'
import { HttpProblem } from '../../http/problem.ts'
import { sendPage } from '../../pages/send-page.ts'
import { PATHS } from '../paths.ts'
import { notFoundPage } from '../problem/reply.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { type Application, applicationHref, askOne } from './one.ts'
import { type GivenPhones, isAttestation, phonesPage, type WrittenPhones } from './phones-view.ts'

/** The version of what is not there yet. */
const NONE = '*'

export function phoneRoutes({ config }: Pick<Deps, 'config'>): PortalRoutes {
  return {
    [PATHS.applicationPhones]: {
      needs: 'developer',
      recent: true,
      keepsTyped: true,
      async GET(request, reply, me) {
        const { body: application } = await askOne(request, me)
        if (application.kind !== 'native') return notFoundPage(reply, me)
        const { written, given, etag } = await phonesOf(me, application)
        return sendPage(reply, phonesPage(me, { application, written, given, etag, issuer: config.issuer }))
      },
      async POST(request, reply, me) {
        const { body: application } = await askOne(request, me)
        if (me.form.get('check') !== undefined) return check(reply, me, application)
        const isRemoved = me.form.get('remove') !== undefined
        const written = writtenIn(me.form)
        const [etag, params] = [me.form.get('etag') ?? '', { client_id: application.client_id }]
        const done = isRemoved
          ? await me.attempt('applications.delete_identity', { params, ifMatch: etag })
          : isEmpty(written)
            ? 'nothing written'
            : await me.attempt('applications.set_identity', { params, body: bodyOf(written), ifMatch: etag })
        if (typeof done !== 'string' && !(done instanceof HttpProblem))
          return me.backTo(reply, applicationHref(application), 'applicationChanged')
        const now = await phonesOf(me, application)
        // The form that takes it away brings none of it.
        const shown = isRemoved ? now : { ...now, written }
        const page = phonesPage(me, { application, ...shown, issuer: config.issuer, problem: done })
        return sendPage(reply.code(typeof done === 'string' ? 400 : done.status), page)
      },
    },
  }

  async function check(reply: FastifyReply, me: PortalPerson, application: Application): Promise<FastifyReply> {
    const done = await me.attempt('applications.check_app_links', { params: { client_id: application.client_id } })
    const phones = { application, ...(await phonesOf(me, application)), issuer: config.issuer }
    if (done instanceof HttpProblem)
      return sendPage(reply.code(done.status), phonesPage(me, { ...phones, problem: done }))
    return sendPage(reply, phonesPage(me, { ...phones, checked: done.body }))
  }
}

function writtenIn(form: Parameters): WrittenPhones {
  const text = (name: string) => (form.get(name) ?? '').trim()
  const attestation = text('attestation')
  return {
    package: text('package'),
    digests: text('digests'),
    team: text('team'),
    bundle: text('bundle'),
    attestation: isAttestation(attestation) ? attestation : 'off',
  }
}

function isEmpty({ package: name, digests, team, bundle }: WrittenPhones): boolean {
  return [name, digests, team, bundle].every((text) => text === '')
}

/** A half that was begun is sent, so that it is said what the other half is. */
function bodyOf({ package: name, digests, team, bundle, attestation }: WrittenPhones) {
  const lines = digests.split(/\s+/).filter((line) => line !== '')
  return {
    android: name === '' && lines.length === 0 ? null : { package: name, certificate_digests: lines },
    apple: team === '' && bundle === '' ? null : { team, bundle },
    passkeys: false,
    attestation,
  }
}

async function phonesOf(
  me: PortalPerson,
  { client_id }: Application,
): Promise<Readonly<{ written: WrittenPhones; given: GivenPhones | undefined; etag: string }>> {
  try {
    const { body, etag } = await me.ask('applications.get_identity', { params: { client_id } })
    const { android, apple, passkeys, attestation, confirmed } = body
    const written = {
      package: android?.package ?? '',
      digests: android?.certificate_digests.join('\n') ?? '',
      team: apple?.team ?? '',
      bundle: apple?.bundle ?? '',
      attestation,
    }
    return { written, given: { isConfirmed: confirmed, passkeys }, etag }
  } catch (error) {
    if (!(error instanceof HttpProblem) || error.status !== 404) throw error
    const written = { package: '', digests: '', team: '', bundle: '', attestation: 'off' } as const
    return { written, given: undefined, etag: NONE }
  }
}
