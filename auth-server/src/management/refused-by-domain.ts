// What the domain refuses in its own words, and the problem that it is to whoever asked.
import { CatalogueConflict, CatalogueRefusal } from '../catalogue/refusal.ts'
import { refused } from './refusals.ts'

/** @throws {HttpProblem} for what the domain refuses; anything else as it is */
export function asRefusal(error: unknown): never {
  if (error instanceof CatalogueConflict) throw refused('conflict', error.refusal)
  if (error instanceof CatalogueRefusal) throw refused('invalid_request', error.refusal)
  throw error
}
