// What the domain refuses in its own words, and the problem that it is to whoever asked.
import { ManagedElsewhere } from '../catalogue/actor.ts'
import { InvalidApi } from '../catalogue/apis.ts'
import { InvalidIdentity } from '../catalogue/app-identity.ts'
import { InvalidApplication } from '../catalogue/applications.ts'
import { InvalidSubscription } from '../catalogue/subscriptions.ts'
import { conflict, invalid } from './refusals.ts'

/** What is wrong with what was asked, as the catalogue says it. */
const INVALID = [InvalidApi, InvalidApplication, InvalidIdentity, InvalidSubscription] as const

/** @throws {HttpProblem} for what the domain refuses; anything else as it is */
export function asRefusal(error: unknown): never {
  if (INVALID.some((kind) => error instanceof kind) && error instanceof Error) throw invalid(error.message)
  if (error instanceof ManagedElsewhere) throw conflict(error.message)
  throw error
}
