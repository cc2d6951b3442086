// A mistake of whoever typed the command, which one line says.

/** Told without the help text, with exit code 2. */
export class Mistake extends Error {
  override name = 'Mistake'
}
