// Spares the tests the time of bcrypt and of its threads: new hashes are of its lowest cost, and made by whoever asks.
import bcrypt from 'bcrypt'
import { verifyImported } from '../../src/crypto/imported/verify.ts'
import { PASSWORD_WORK } from '../../src/crypto/password-work.ts'

const { hash } = bcrypt
const production = { ...PASSWORD_WORK }
const LOWEST_COST = 4

bcrypt.hash = (data: string | Buffer, _saltOrRounds: string | number) => hash(data, LOWEST_COST)
PASSWORD_WORK.hash = (data) => hash(data, LOWEST_COST)
PASSWORD_WORK.compare = (data, expected) => bcrypt.compare(data, expected)
PASSWORD_WORK.verifyImported = verifyImported

/** For a file that is about the hashes, or about their time: those of production, from here on. */
export function hashAsInProduction(): void {
  bcrypt.hash = hash
  Object.assign(PASSWORD_WORK, production)
}
