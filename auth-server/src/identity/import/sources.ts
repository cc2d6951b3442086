// The systems whose files are read: a row for each.
import type { SourcePerson } from './person.ts'
import { readAuth0 } from './sources/auth0.ts'
import { readCognito } from './sources/cognito.ts'
import { type FirebaseParameters, readFirebase } from './sources/firebase.ts'
import { readKeycloak } from './sources/keycloak.ts'
import { readDjango, readKratos, readSupabase } from './sources/others.ts'
import { readPlain } from './sources/plain.ts'

/** What a source has to be told beside its file. */
export interface SourceSettings {
  readonly firebase: FirebaseParameters | undefined
}

interface Source {
  /** Where a file that is one object has its list; without any, an object is a line. */
  readonly lists: readonly string[]
  /** @throws {WrongEntry}, {UnusableHash} */
  readonly read: (value: unknown, settings: SourceSettings) => SourcePerson
}

export const SOURCES = {
  plain: { lists: [], read: readPlain },
  keycloak: { lists: ['users'], read: readKeycloak },
  auth0: { lists: [], read: readAuth0 },
  firebase: { lists: ['users'], read: (value, { firebase }) => readFirebase(value, firebase) },
  supabase: { lists: [], read: readSupabase },
  django: { lists: [], read: readDjango },
  cognito: { lists: ['Users'], read: readCognito },
  kratos: { lists: [], read: readKratos },
} as const satisfies Readonly<Record<string, Source>>

export type SourceName = keyof typeof SOURCES

export function isSource(name: string): name is SourceName {
  return Object.hasOwn(SOURCES, name)
}
