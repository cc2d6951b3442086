// What the domain refuses in its own words, and the problem that it is to whoever asked.
import { ManagedElsewhere } from '../catalogue/actor.ts'
import { InvalidApi } from '../catalogue/apis.ts'
import { InvalidApplication } from '../catalogue/applications.ts'
import { conflict, invalid } from './refusals.ts'

/** @throws {HttpProblem} for what the domain refuses; anything else as it is */
export function asRefusal(error: unknown): never {
  if (error instanceof InvalidApplication || error instanceof InvalidApi) throw invalid(error.message)
  if (error instanceof ManagedElsewhere) throw conflict(error.message)
  throw error
}
