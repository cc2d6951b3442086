// Spares the tests the time of bcrypt: new hashes are of its lowest cost, which changes nothing but how long they take.
import bcrypt from 'bcrypt'

const { hash } = bcrypt
const LOWEST_COST = 4

bcrypt.hash = (data: string | Buffer, _saltOrRounds: string | number) => hash(data, LOWEST_COST)

/** For a file that is about the hashes, or about their time: those of production, from here on. */
export function hashAsInProduction(): void {
  bcrypt.hash = hash
}
