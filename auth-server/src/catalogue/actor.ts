// Who changes the catalogue, and what is theirs to change: each object is managed by the file that is imported, or by the portal.
import { refusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import type { AuditContext } from '../audit/context.ts'
import type { ManagedBy } from '../store/managed-by.ts'
import { CatalogueConflict } from './refusal.ts'

/** Whoever acts: a proven person, the operator, a request of a machine; or the import of a file. */
export interface CatalogueActor {
  /** For the audit log. */
  readonly context: AuditContext
  /** The file whose import it is. Without it the portal acts, which stands for everybody else. */
  readonly file?: string
}

/** The file as those are told who meet something of its own. */
export const CATALOGUE_FILE_NAME = 'catalogue.yml'

/** The import of the file. */
export function byFile(context: AuditContext): CatalogueActor {
  return { context, file: CATALOGUE_FILE_NAME }
}

export function managerOf({ file }: CatalogueActor): ManagedBy {
  return file === undefined ? 'portal' : 'file'
}

/** Thrown when somebody writes to what another manages; the message says who, and what to do. */
export class ManagedElsewhere extends CatalogueConflict {
  override name = 'ManagedElsewhere'
  readonly managedBy: ManagedBy

  /** @param what the object, like `the application demo-app` */
  constructor(what: string, by: CatalogueActor) {
    const managedBy = managerOf(by) === 'file' ? 'portal' : 'file'
    super(refusal(managedBy === 'file' ? 'managed_by_file' : 'managed_elsewhere', what))
    this.managedBy = managedBy
  }
}
