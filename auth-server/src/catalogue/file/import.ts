// Brings the catalogue up to a file, in one transaction: all of it or nothing, and it says what has changed.
import type { AuditContext } from '../../audit/context.ts'
import type { YamlProblem } from '../../config/yaml-tree.ts'
import { type Db, inTransaction, type Trx } from '../../store/database.ts'
import { handOver, lockImports } from '../../store/queries/catalogue-removal.ts'
import { listSubscribedWithoutRedirectUri } from '../../store/queries/missing-redirects.ts'
import { holdSuspensions } from '../../store/queries/suspension.ts'
import { insertRolePromise } from '../../store/tables/role-promises.ts'
import { byFile } from '../actor.ts'
import { defineApi, trimApi } from '../apis.ts'
import { type ChangedField, differenceOf } from '../difference.ts'
import { setDocument } from '../documents/set-document.ts'
import { defineGroup } from '../groups.ts'
import { CatalogueRefusal } from '../refusal.ts'
import { subscribe } from '../subscriptions.ts'
import { bringUp } from './bring-up.ts'
import { type CatalogueObject, promiseName, readObjects, subscriptionName } from './objects.ts'
import type { CatalogueFile, Placed } from './read.ts'
import { removeObject } from './remove.ts'

/** How a file is imported. */
export interface ImportOptions {
  readonly issuer: string
  readonly context: AuditContext
  /** Says what would change, and changes nothing. */
  readonly dryRun?: boolean
  /** Removes what an earlier import brought and the file does not name any more. */
  readonly prune?: boolean
  /** Takes over what the file names and the portal manages. */
  readonly takeOver?: boolean
}

/** One object, and what became of it. */
export interface CatalogueChange {
  readonly kind: 'added' | 'changed' | 'removed' | 'taken over'
  readonly what: string
  readonly fields: readonly ChangedField[]
}

export interface ImportReport {
  readonly changes: readonly CatalogueChange[]
  /** What is not as it should be, and was so before. */
  readonly warnings: readonly string[]
  /** What the file does not name any more: --prune removes it. */
  readonly left: readonly string[]
  /** How many objects the portal manages; they stay as they are. */
  readonly others: number
}

/** Thrown when a file cannot be imported; nothing has changed then. */
export class ImportRefused extends Error {
  override name = 'ImportRefused'
  readonly problems: readonly YamlProblem[]
  constructor(problems: readonly YamlProblem[]) {
    super(problems.map(({ text }) => text).join('\n'))
    this.problems = problems
  }
}

/** Carries the report out of a transaction that leaves nothing behind. */
class NothingDone extends Error {
  readonly report: ImportReport
  constructor(report: ImportReport) {
    super('rolled back')
    this.report = report
  }
}

/** @throws {ImportRefused} */
export async function importCatalogue(db: Db, file: CatalogueFile, options: ImportOptions): Promise<ImportReport> {
  try {
    return await inTransaction(db, async (trx) => {
      const report = await importAll(trx, file, options)
      // What is the same is not written either.
      if (options.dryRun || report.changes.length === 0) throw new NothingDone(report)
      return report
    })
  } catch (error) {
    if (error instanceof NothingDone) return error.report
    throw error
  }
}

async function importAll(trx: Trx, file: CatalogueFile, options: ImportOptions): Promise<ImportReport> {
  const by = byFile(options.context)
  await lockImports(trx)
  // Before the schemes of its applications: whoever approves takes both in this order.
  await holdSuspensions(trx)
  const before = await readObjects(trx)
  const named = namesOf(file)
  await takeOver(trx, before, named, options.takeOver === true)
  const warnings = await missingAddresses(trx, file)

  const gone = [...before].filter(([name, { managedBy }]) => managedBy === 'file' && !named.has(name))
  // Those that depend on others were read after them.
  const pruned = options.prune ? gone.map(([, { key }]) => key).reverse() : []
  // First, so that what has a new name can keep its redirect URIs or its resource.
  for (const key of pruned) if (isInTheWay(key, file)) await placed(BEGIN, () => removeObject(trx, key, by))

  for (const { at, value } of file.groups) await placed(at, () => defineGroup(trx, value, by))
  for (const { at, value } of file.apis)
    await placed(at, async () => {
      await defineApi(trx, value, by)
      await setDocument(trx, value.id, value.document, by)
    })
  for (const { at, value } of file.applications)
    await placed(at, async () => {
      const applicationId = await bringUp(trx, options.issuer, value, by)
      for (const subscription of value.subscriptions) await subscribe(trx, { applicationId, ...subscription }, by)
    })
  for (const { value } of file.promises) await insertRolePromise(trx, value)

  for (const key of pruned) if (!isInTheWay(key, file)) await placed(BEGIN, () => removeObject(trx, key, by))
  for (const { at, value } of file.apis) await placed(at, () => trimApi(trx, value, by))

  const after = await readObjects(trx)
  return {
    changes: changesOf(before, after),
    warnings,
    left: options.prune ? [] : gone.map(([name]) => name),
    others: [...after.values()].filter(({ managedBy }) => managedBy === 'portal').length,
  }
}

/** Groups stay until the file's APIs name them no more, and a role until its person has it by another address. */
function isInTheWay(key: CatalogueObject['key'], { apis }: CatalogueFile): boolean {
  if (key.kind !== 'promise') return key.kind !== 'group'
  const { apiId } = key.promise
  return apiId !== null && !apis.some(({ value }) => value.id === apiId)
}

/** Where something stands that the file does not name. */
const BEGIN: Placed<unknown>['at'] = { line: 1, column: 1 }

/** Where each object of the file stands, by the name that it is told by. */
function namesOf(file: CatalogueFile): ReadonlyMap<string, Placed<unknown>['at']> {
  return new Map([
    ...file.groups.map(({ at, value }) => [`group ${value.name}`, at] as const),
    ...file.apis.map(({ at, value }) => [`API ${value.id}`, at] as const),
    ...file.applications.flatMap(({ at, value: { definition, subscriptions } }) => [
      [`application ${definition.clientId}`, at] as const,
      ...subscriptions.map(({ apiId }) => [subscriptionName(definition.clientId, apiId), at] as const),
    ]),
    ...file.promises.map(({ at, value }) => [promiseName(value), at] as const),
  ])
}

/** @throws {ImportRefused} naming all that the portal manages, unless they are to be taken over */
async function takeOver(
  trx: Trx,
  before: ReadonlyMap<string, CatalogueObject>,
  named: ReadonlyMap<string, Placed<unknown>['at']>,
  allowed: boolean,
): Promise<void> {
  const foreign = [...named].flatMap(([name, at]) => {
    const object = before.get(name)
    return object?.managedBy === 'portal' ? [{ name, at, key: object.key }] : []
  })
  if (foreign.length > 0 && !allowed)
    throw new ImportRefused(
      foreign.map(({ name, at }) => ({
        ...at,
        text: `the ${name} is there already, made through the management API or by a command; leave it out, or take it over with --take-over`,
      })),
    )
  for (const { key } of foreign) if (key.kind !== 'promise') await handOver(trx, key, 'file')
}

/**
 * A file that a release before took goes on being taken: what lacks an address in the database, too, is told.
 * @throws {ImportRefused} for every other one
 */
async function missingAddresses(trx: Trx, { applications }: CatalogueFile): Promise<readonly string[]> {
  const lacking = applications.filter(({ value }) => value.lacksAddress)
  if (lacking.length === 0) return []
  const known = await listSubscribedWithoutRedirectUri(trx)
  const told = lacking.map(({ at, value: { definition } }) => ({
    ...at,
    isKnown: known.has(definition.clientId),
    text: `${definition.clientId} signs people in and has no redirect URI: name redirect_uris, or grant_types without authorization_code`,
  }))
  const refused = told.filter(({ isKnown }) => !isKnown)
  if (refused.length > 0) throw new ImportRefused(refused.map(({ line, column, text }) => ({ line, column, text })))
  return told.map(({ line, text }) => `line ${line}: ${text}`)
}

async function placed(at: Placed<unknown>['at'], step: () => Promise<unknown>): Promise<void> {
  try {
    await step()
  } catch (error) {
    if (!(error instanceof CatalogueRefusal)) throw error
    throw new ImportRefused([{ ...at, text: error.message }])
  }
}

function changesOf(
  before: ReadonlyMap<string, CatalogueObject>,
  after: ReadonlyMap<string, CatalogueObject>,
): readonly CatalogueChange[] {
  const gone = [...before].flatMap(([what, { fields }]): CatalogueChange[] =>
    after.has(what) ? [] : [{ kind: 'removed', what, fields: differenceOf(fields, {}) }],
  )
  const there = [...after].flatMap(([what, { fields, managedBy }]): CatalogueChange[] => {
    const old = before.get(what)
    if (!old) return [{ kind: 'added', what, fields: differenceOf({}, fields) }]
    const changed = differenceOf(old.fields, fields)
    if (old.managedBy !== managedBy) return [{ kind: 'taken over', what, fields: changed }]
    return changed.length > 0 ? [{ kind: 'changed', what, fields: changed }] : []
  })
  return [...there, ...gone]
}
