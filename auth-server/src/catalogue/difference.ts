// What differs between two states of an object of the catalogue, field by field. Pure.
import type { AuditedChange } from '../store/tables/audit-events.ts'

/** The fields of an object in a stated order, each as text. */
export type FieldTexts = Readonly<Record<string, string>>

export interface ChangedField {
  readonly field: string
  /** Empty where there was nothing. */
  readonly from: string
  readonly to: string
}

/** The fields that differ; what is missing in one of the states counts as empty. */
export function differenceOf(before: FieldTexts, after: FieldTexts): readonly ChangedField[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((field) => ({ field, from: before[field] ?? '', to: after[field] ?? '' }))
    .filter(({ from, to }) => from !== to)
}

/** The same as the audit log has it. */
export function auditedChange(changed: readonly ChangedField[]): AuditedChange {
  return {
    before: changed.map(({ field, from }) => `${field}: ${from}`),
    after: changed.map(({ field, to }) => `${field}: ${to}`),
  }
}
