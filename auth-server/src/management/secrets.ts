// What the operations on secrets do: a second one beside the first, so that a backend can change over without a stop.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { record } from '../audit/record.ts'
import { takesSecret } from '../catalogue/applications.ts'
import { sha256 } from '../crypto/digest.ts'
import { randomSecret } from '../crypto/random.ts'
import type { Trx } from '../store/database.ts'
import { addSecret, type ClientSecret, endSecret, listSecrets, replaceSecret } from '../store/queries/client-secrets.ts'
import type { ListedApplication } from '../store/queries/listed-applications.ts'
import type { ManagementActor } from './actor.ts'
import { lockOwn, requireApplication } from './applications.ts'
import type { HandlersOf } from './handler.ts'
import { moment } from './moment.ts'
import { conflict, notFound } from './refusals.ts'

/** The operations on secrets. */
export type SecretOperationId =
  | 'applications.rotate_secret'
  | 'applications.list_secrets'
  | 'applications.add_secret'
  | 'applications.end_secret'

type ShownSecret = OperationAnswer<'applications.list_secrets'>['items'][number]

/** Tells one from another, and leads to no secret: they have 256 random bits. */
function idOf(hash: string): string {
  return hash.slice(0, 8)
}

function showSecret({ hash, createdAt, usedAt, endsAt }: ClientSecret): ShownSecret {
  return { id: idOf(hash), created_at: moment(createdAt), last_used_at: moment(usedAt), ends_at: moment(endsAt) }
}

const DAY_SECONDS = 24 * 3600

export const SECRET_HANDLERS: Pick<HandlersOf<'applications'>, SecretOperationId> = {
  'applications.list_secrets': {
    async read({ db, actor, input: { params } }) {
      const { id } = await requireApplication(db, actor, params.client_id)
      return { items: (await listSecrets(db, id)).map(showSecret) }
    },
  },
  'applications.add_secret': {
    async write({ trx, actor, input: { params, body } }) {
      const application = await lockWithSecret(trx, actor, params.client_id)
      const secret = randomSecret(32)
      const hash = sha256(secret)
      if (!(await addSecret(trx, application.id, hash, body.keep_previous_seconds))) throw conflict('two_secrets')
      await recordSecret(trx, actor, { application, outcome: 'secret-added', hash })
      const added = (await listSecrets(trx, application.id)).find((each) => each.hash === hash)
      if (!added) throw new Error('the secret is not there')
      return { ...showSecret(added), client_secret: secret }
    },
  },
  'applications.end_secret': {
    async write({ trx, actor, input: { params } }) {
      const application = await lockWithSecret(trx, actor, params.client_id)
      const secrets = await listSecrets(trx, application.id)
      const found = secrets.find(({ hash }) => idOf(hash) === params.secret_id)
      if (!found) throw notFound('secret')
      if (secrets.some(({ hash, endsAt }) => hash !== found.hash && endsAt !== null))
        throw conflict('other_secret_ends')
      if (!(await endSecret(trx, application.id, found.hash))) throw conflict('only_secret')
      await recordSecret(trx, actor, { application, outcome: 'secret-ended', hash: found.hash })
      return undefined
    },
  },
  'applications.rotate_secret': {
    async write({ trx, actor, input: { params, body } }) {
      const application = await lockWithSecret(trx, actor, params.client_id)
      const secret = randomSecret(32)
      const hash = sha256(secret)
      const until = await replaceSecret(trx, application.id, hash, body.keep_previous_seconds ?? DAY_SECONDS)
      await recordSecret(trx, actor, { application, outcome: 'secret-rotated', hash })
      return { client_id: application.clientId, client_secret: secret, previous_until: moment(until) }
    },
  },
}

/** @throws {HttpProblem} as `lockOwn`; 409 for one that has none */
async function lockWithSecret(trx: Trx, actor: ManagementActor, clientId: string): Promise<ListedApplication> {
  const application = await lockOwn(trx, actor, clientId)
  if (!takesSecret(application.authMethod)) throw conflict('no_secret')
  return application
}

interface SecretEvent {
  readonly application: ListedApplication
  readonly outcome: 'secret-rotated' | 'secret-added' | 'secret-ended'
  readonly hash: string
}

function recordSecret(trx: Trx, { authority }: ManagementActor, { application, outcome, hash }: SecretEvent) {
  const words = [`secret: of SHA-256 ${idOf(hash)}…`]
  const change = outcome === 'secret-ended' ? { before: words, after: [] } : { before: [], after: words }
  return record(trx, { type: 'application', outcome, applicationId: application.id, change }, authority.context)
}
