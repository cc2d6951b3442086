// What the operation on the way back from keys does: an application with a server of its own proves itself by a secret again.
import { registerApplication } from '../catalogue/applications.ts'
import { sha256 } from '../crypto/digest.ts'
import { randomSecret } from '../crypto/random.ts'
import { followDevelopersChange, lockOwn } from './applications.ts'
import type { HandlersOf } from './handler.ts'
import { conflict } from './refusals.ts'

export type SecretInsteadOperationId = 'applications.use_secret'

export const SECRET_INSTEAD_HANDLERS: Pick<HandlersOf<'applications'>, SecretInsteadOperationId> = {
  'applications.use_secret': {
    async write({ deps, trx, actor, input: { params, body } }) {
      const before = await lockOwn(trx, actor, params.client_id)
      const { createdAt, suspendedAt, managedBy, owners, jwks, secretHash, ...kept } = before
      if (kept.kind !== 'web') throw conflict('secret_for_public')
      if (kept.authMethod !== 'private_key_jwt') throw conflict('no_keys')
      const authMethod = body.token_endpoint_auth_method ?? 'client_secret_basic'
      const secret = randomSecret(32)
      const definition = { ...kept, authMethod, clientSecretHash: sha256(secret) }
      await registerApplication(trx, definition, deps.config.issuer, actor.authority)
      await followDevelopersChange(trx, actor, before)
      return { client_id: kept.clientId, token_endpoint_auth_method: authMethod, client_secret: secret }
    },
  },
}
