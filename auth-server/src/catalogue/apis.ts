// APIs as developers meet them: a resource URI, scopes in words, the plans on offer. Limits of plans live in kong.yml.
import { refusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import type { RegistrationForm } from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import { record } from '../audit/record.ts'
import { sha256 } from '../crypto/digest.ts'
import { type Db, inTransaction, type Trx } from '../store/database.ts'
import {
  deleteObject,
  keepPlans,
  keepScopes,
  listPlanSubscribers,
  listSubscribers,
} from '../store/queries/catalogue-removal.ts'
import { findStoredApi, type StoredApi } from '../store/queries/stored-apis.ts'
import {
  type ApiDefinition,
  insertApi,
  type PlanDescriptions,
  upsertApi,
  type WhoMayCome,
} from '../store/tables/apis.ts'
import { type CatalogueActor, ManagedElsewhere, managerOf } from './actor.ts'
import { InvalidApi, isBuiltInApi, requireSoundApi, signInWords } from './api-rules.ts'
import { auditedChange, differenceOf, type FieldTexts } from './difference.ts'
import { CatalogueConflict } from './refusal.ts'

export { type ApiDefinition, InvalidApi, isBuiltInApi }

/** What became of a definition. */
export type Definition = 'created' | 'changed' | 'unchanged'

/**
 * Creates an API with its scopes and plans. False, and nothing is done, where there is one of this id.
 * @throws {InvalidApi} when it breaks a rule, or is one of the server's own
 */
export async function createApi(trx: Trx, definition: ApiDefinition, by: CatalogueActor): Promise<boolean> {
  requireSoundApi(definition)
  const inserted = await insertApi(trx, definition, managerOf(by))
  if (inserted === 'resource taken') throw resourceTaken()
  if (inserted === 'elsewhere') return false
  await recordApiChange(trx, definition.id, undefined, by)
  return true
}

/**
 * Creates an API with its scopes and plans, or brings it up to the definition.
 * @throws {InvalidApi} when it breaks a rule, or is one of the server's own
 * @throws {ManagedElsewhere}
 */
export async function defineApi(db: Db | Trx, definition: ApiDefinition, by: CatalogueActor): Promise<Definition> {
  const { id } = definition
  requireSoundApi(definition)
  return inTransaction(db, async (trx) => {
    const before = await findStoredApi(trx, id)
    const upserted = await upsertApi(trx, definition, managerOf(by), before?.resource)
    if (upserted === 'elsewhere') throw new ManagedElsewhere(`The API ${id}`, by)
    if (upserted === 'resource taken') throw resourceTaken()
    return recordApiChange(trx, id, before, by)
  })
}

/**
 * Brings an API up to the definition, and takes away what it does not name any more: one change in the audit log. An API
 * that is not there stays so.
 * @throws {InvalidApi} when it breaks a rule, or is one of the server's own
 * @throws {CatalogueConflict} while a subscription is on a plan that is not named, and where another has the resource
 */
export async function replaceApi(trx: Trx, definition: ApiDefinition, by: CatalogueActor): Promise<void> {
  const { id } = definition
  requireSoundApi(definition)
  const before = await findStoredApi(trx, id)
  if (!before) return
  const upserted = await upsertApi(trx, definition, managerOf(by), before.resource)
  if (upserted === 'elsewhere') throw new ManagedElsewhere(`The API ${id}`, by)
  if (upserted === 'resource taken') throw resourceTaken()
  await trim(trx, before, definition)
  await recordApiChange(trx, id, before, by)
}

function resourceTaken(): CatalogueConflict {
  return new CatalogueConflict(refusal('resource_taken'))
}

/** Writes into the audit log what an API was, and what it is now. */
export async function recordApiChange(
  trx: Trx,
  id: string,
  before: StoredApi | undefined,
  by: CatalogueActor,
): Promise<Definition> {
  const after = await findStoredApi(trx, id)
  const changed = differenceOf(before ? apiFields(before) : {}, after ? apiFields(after) : {})
  if (changed.length === 0) return 'unchanged'
  const outcome = before ? 'changed' : 'created'
  await record(trx, { type: 'api', outcome, apiId: id, change: auditedChange(changed) }, by.context)
  return outcome
}

/** An API of the server itself, as it starts. */
export async function defineBuiltInApi(db: Db, definition: ApiDefinition): Promise<void> {
  if (!isBuiltInApi(definition.id)) throw new Error(`${definition.id} is no API of the server`)
  const { id, resource } = definition
  const upserted = await upsertApi(db, definition, 'portal')
  if (upserted === 'done') return
  const why =
    upserted === 'elsewhere' ? `the catalogue file has an API ${id}` : `another API has the resource ${resource}`
  throw new InvalidApi(`The API ${id} is the server's own, but ${why}: give that another one.`)
}

/** An API in words, a field each. */
export function apiFields({
  name,
  description,
  resource,
  scopes,
  plans,
  planDescriptions,
  tokenGroups,
  guestPlan,
  eventsUri,
  offer,
  signIn,
  registration,
  signUp,
  document,
}: StoredApi): FieldTexts {
  // A field that is added to what is stored does not compile before it is told here: an import would take it for nothing.
  const told: Readonly<
    Record<Exclude<keyof StoredApi, 'id' | 'scopes' | 'managedBy' | 'suspendedAt'>, [string, string]>
  > = {
    name: ['name', name],
    description: ['description', description],
    resource: ['resource', resource],
    plans: ['plans', [...plans].sort().join(' ')],
    planDescriptions: ['what plans are for', plansInWords(planDescriptions)],
    tokenGroups: ['groups in tokens', [...tokenGroups].sort().join(' ')],
    guestPlan: ['plan of guests', guestPlan ?? ''],
    eventsUri: ['address of events', eventsUri ?? ''],
    offer: ['offer', offer],
    signIn: ['ways to sign in', signInWords(signIn)],
    signUp: ['who may come', signUpInWords(signUp)],
    registration: ['registration form', registration ? formInWords(registration) : ''],
    document: ['OpenAPI document', document ?? ''],
  }
  return {
    ...Object.fromEntries(Object.values(told)),
    ...Object.fromEntries(
      scopes.map((scope) => [
        `scope ${scope.name}`,
        `${scope.description}${scope.group === null ? '' : `; for ${scope.group}`}${scope.forGuests ? '; for guests' : ''}`,
      ]),
    ),
  }
}

function plansInWords(said: PlanDescriptions): string {
  return Object.entries(said)
    .toSorted(([one], [two]) => (one < two ? -1 : 1))
    .map(([plan, words]) => `${plan}: ${words}`)
    .join('; ')
}

function signUpInWords(signUp: WhoMayCome | null): string {
  if (signUp === null || typeof signUp === 'string') return signUp ?? 'open'
  return `domains ${signUp.domains.join(' ')}`
}

/** Short, and another one for each other form. */
function formInWords(form: RegistrationForm): string {
  return `${form.fields.map(({ name }) => name).join(' ')}, sha256 ${sha256(canonical(form)).slice(0, 12)}`
}

// PostgreSQL keeps the members of an object in an order of its own.
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

/**
 * Takes away what a definition does not name any more: scopes from all that had them, plans when nobody is on them.
 * @throws {CatalogueConflict} while a subscription is on such a plan
 */
export function trimApi(db: Db | Trx, definition: ApiDefinition, by: CatalogueActor): Promise<void> {
  return inTransaction(db, async (trx) => {
    const before = await findStoredApi(trx, definition.id)
    if (before && (await trim(trx, before, definition))) await recordApiChange(trx, definition.id, before, by)
  })
}

/** @returns whether there was something to take away */
async function trim(trx: Trx, before: StoredApi, { id, scopes, plans }: ApiDefinition): Promise<boolean> {
  const hasScopes = before.scopes.some(({ name }) => !Object.hasOwn(scopes, name))
  const left = before.plans.filter((plan) => !plans.includes(plan))
  const [held] = left.length > 0 ? await listPlanSubscribers(trx, id, left) : []
  if (held) throw new CatalogueConflict(refusal('plan_in_use', id, held.plan, held.clientIds.join(', ')))
  if (hasScopes) await keepScopes(trx, id, Object.keys(scopes))
  if (left.length > 0) await keepPlans(trx, id, plans)
  return hasScopes || left.length > 0
}

/** Removes an API; its tokens and logins end. @throws {CatalogueConflict} while applications are subscribed to it */
export function removeApi(db: Db | Trx, id: string, by: CatalogueActor): Promise<void> {
  return inTransaction(db, async (trx) => {
    const api = await findStoredApi(trx, id)
    if (!api) return
    if (isBuiltInApi(id)) throw new InvalidApi(`The API ${id} is the server's own.`)
    if (api.managedBy !== managerOf(by)) throw new ManagedElsewhere(`The API ${id}`, by)
    const subscribers = await listSubscribers(trx, id)
    if (subscribers.length > 0) throw new CatalogueConflict(refusal('api_in_use', id, subscribers.join(', ')))
    await deleteObject(trx, { kind: 'api', id })
    await record(trx, { type: 'api', outcome: 'removed', apiId: id }, by.context)
  })
}
