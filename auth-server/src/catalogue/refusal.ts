// What the catalogue refuses, in a sentence for whoever asked: pages, files and the management API tell it as it is.
import type { NamedRefusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'

/** Thrown when somebody asks for what cannot be; nothing has changed then. `message` says what to write instead. */
export class CatalogueRefusal extends Error {
  readonly refusal: NamedRefusal
  constructor(refusal: NamedRefusal, options?: ErrorOptions) {
    super(refusal.sentence, options)
    this.refusal = refusal
  }
}

/** The same where what was asked is right, and what is there stands against it. */
export class CatalogueConflict extends CatalogueRefusal {
  override name = 'CatalogueConflict'
}
