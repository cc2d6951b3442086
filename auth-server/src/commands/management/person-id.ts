// Whom an argument names: a person by their id, or by one of their addresses.
import { Mistake } from './mistake.ts'
import type { VerbCall } from './verb.ts'

/** An address names its person. @throws {Mistake} when nobody has it */
export async function personId({ client }: VerbCall, text: string): Promise<string> {
  if (!text.includes('@')) return text
  const [person] = (await client.people.list({ email: text })).items
  if (!person) throw new Mistake(`There is no account ${text}.`)
  return person.id
}
