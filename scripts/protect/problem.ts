// Why an API cannot be put into a kong.yml, in a sentence for whoever asked.

/** It would collide, or the file is not one to write into. */
export class ProtectProblem extends Error {
  override name = 'ProtectProblem'
}
