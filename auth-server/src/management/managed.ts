// What is read-only here: what the catalogue file manages, and what belongs to the server itself.
import type { ManagedBy } from '../store/managed-by.ts'
import { conflict } from './refusals.ts'

/** @throws {HttpProblem} 409 that names the file */
export function requireManagedHere(what: string, managedBy: ManagedBy): void {
  if (managedBy === 'file') throw conflict('managed_by_file', what)
}
