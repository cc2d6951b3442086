// Writes the catalogue as a file that an import finds nothing to change by; what is as it would be anyway is left out.
import type { Db } from '../../store/database.ts'
import { listStoredGroups } from '../../store/queries/catalogue-removal.ts'
import { listStoredApis, type StoredApi } from '../../store/queries/stored-apis.ts'
import { listStoredApplications, type StoredApplication } from '../../store/queries/stored-applications.ts'
import { findDocument } from '../../store/tables/api-documents.ts'
import { EVERYBODY, listRolePromises, type RolePromise } from '../../store/tables/role-promises.ts'
import { isBuiltInApi } from '../apis.ts'
import { claimedRedirectUri } from '../app-links.ts'
import { APPLICATION_DEFAULTS } from '../application-defaults.ts'
import { ALL } from './objects.ts'

type Written = Readonly<Record<string, unknown>>

/** The file, and the files that it names. */
export interface ExportedCatalogue {
  readonly text: string
  readonly documents: readonly Readonly<{ path: string; text: string }>[]
}

/** @param all also what the portal manages; an import of that takes it over (--take-over) */
export function exportCatalogue(
  db: Db,
  { issuer, all }: Readonly<{ issuer: string; all: boolean }>,
): Promise<ExportedCatalogue> {
  // One moment for all of it.
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      const isWritten = ({ managedBy }: Readonly<{ managedBy: string }>) => all || managedBy === 'file'
      const promises = await listRolePromises(trx)
      const apis = (await listStoredApis(trx, ALL)).filter((api) => isWritten(api) && !isBuiltInApi(api.id))
      const applications = (await listStoredApplications(trx, ALL)).filter(isWritten)
      const needed = new Set(
        apis.flatMap(({ tokenGroups, scopes }) => [...tokenGroups, ...scopes.map(({ group }) => group)]),
      )
      const groups = (await listStoredGroups(trx)).filter((group) => isWritten(group) || needed.has(group.name))
      const administrators = promises.filter(({ role }) => role === 'administrator').map(({ address }) => address)
      const documents: { apiId: string; path: string; text: string }[] = []
      for (const { id } of apis) {
        const found = await findDocument(trx, id)
        if (found) documents.push({ apiId: id, path: `openapi/${id}.${found.format}`, text: found.document })
      }
      const pathOf = (id: string) => documents.find(({ apiId }) => apiId === id)?.path
      const { stringify } = await import('yaml')
      const text = stringify(
        without({
          groups: Object.fromEntries(groups.map(({ name, description }) => [name, description])),
          apis: Object.fromEntries(apis.map((api) => [api.id, writeApi(api, promises, pathOf(api.id))])),
          applications: Object.fromEntries(
            applications.map((application) => [
              application.clientId,
              writeApplication(application, issuer, application.subscriptions.filter(isWritten)),
            ]),
          ),
          administrators,
          developers: without(developersOf(promises)),
        }),
        { lineWidth: 0 },
      )
      return { text, documents }
    })
}

function developersOf(promises: readonly RolePromise[]): Written {
  const developers = promises.filter(({ role }) => role === 'developer')
  const isDomain = ({ emailKey }: RolePromise) => emailKey.startsWith('@')
  return {
    addresses: developers
      .filter((promise) => !isDomain(promise) && promise.emailKey !== EVERYBODY)
      .map(({ address }) => address),
    domains: developers.filter(isDomain).map(({ address }) => address),
    open: developers.some(({ emailKey }) => emailKey === EVERYBODY),
  }
}

function writeApi(api: StoredApi, promises: readonly RolePromise[], openapi: string | undefined): Written {
  return without(
    {
      name: api.name,
      description: api.description,
      resource: api.resource,
      scopes: Object.fromEntries(
        api.scopes.map(({ name, description, group }) => [name, group === null ? description : { description, group }]),
      ),
      plans: api.plans,
      plan_descriptions: Object.keys(api.planDescriptions).length > 0 && api.planDescriptions,
      token_groups: api.tokenGroups,
      guests: api.guestPlan !== null && {
        plan: api.guestPlan,
        scopes: api.scopes.filter(({ forGuests }) => forGuests).map(({ name }) => name),
      },
      events_uri: api.eventsUri,
      offer: api.offer !== 'open' && api.offer,
      sign_in: api.signIn,
      sign_up: api.signUp,
      registration: api.registration,
      openapi,
      approvers: promises.filter(({ apiId }) => apiId === api.id).map(({ address }) => address),
    },
    ['scopes', 'plans'],
  )
}

function writeApplication(
  application: StoredApplication,
  issuer: string,
  subscriptions: StoredApplication['subscriptions'],
): Written {
  const link = claimedRedirectUri(issuer, application.clientId)
  const { identity } = application
  return without(
    {
      name: application.name,
      kind: application.kind,
      redirect_uris: application.redirectUris.filter((uri) => identity === null || uri !== link),
      auth_method: application.authMethod !== APPLICATION_DEFAULTS.authMethod && application.authMethod,
      client_secret_sha256: application.secretHash,
      jwks: application.jwks,
      grant_types: application.grantTypes.join() !== APPLICATION_DEFAULTS.grantTypes.join() && application.grantTypes,
      pkce_required: application.pkceRequired ? null : false,
      refresh_idle_seconds:
        application.refreshIdleSeconds !== APPLICATION_DEFAULTS.refreshIdleSeconds && application.refreshIdleSeconds,
      refresh_absolute_seconds:
        application.refreshAbsoluteSeconds !== APPLICATION_DEFAULTS.refreshAbsoluteSeconds &&
        application.refreshAbsoluteSeconds,
      require_pushed_requests: application.requirePushedRequests,
      dpop_bound: application.dpopBound,
      id_token_alg: application.idTokenAlg !== APPLICATION_DEFAULTS.idTokenAlg && application.idTokenAlg,
      claims_in_id_token: application.claimsInIdToken,
      access_token_alg:
        application.accessTokenAlg !== APPLICATION_DEFAULTS.accessTokenAlg && application.accessTokenAlg,
      post_logout_redirect_uris: application.postLogoutRedirectUris,
      backchannel_logout_uri: application.backchannelLogoutUri,
      default_acr_values: application.defaultAcrValues,
      sign_in: application.signIn,
      brand_color: application.brandColor,
      policy_uri: application.policyUri,
      tos_uri: application.tosUri,
      support_contact: application.supportContact,
      identity: identity && writeIdentity(identity),
      subscriptions: Object.fromEntries(
        subscriptions.map(({ apiId, plan, scopes, trusted }) => [
          apiId,
          without({ plan, scopes, trusted }, ['scopes']),
        ]),
      ),
    },
    application.pkceRequired ? [] : ['pkce_required'],
  )
}

function writeIdentity({ android, apple, passkeys, attestation }: NonNullable<StoredApplication['identity']>): Written {
  return {
    ...(android && { android: { package: android.packageName, digests: android.digests } }),
    ...(apple && { apple }),
    ...(passkeys ? {} : { passkeys }),
    ...(attestation !== 'off' && { attestation }),
  }
}

/** Leaves out what is empty, null or false, but for some. */
function without(fields: Written, kept: readonly string[] = []): Written {
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => kept.includes(name) || !isEmpty(value)))
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.keys(value).length === 0
}
