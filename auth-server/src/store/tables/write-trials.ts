// A table to try whether the database can be written; see health.ts.
import type { TableDeclaration } from '../declaration.ts'

export interface WriteTrials {
  page: Buffer
}

export const WRITE_TRIALS: TableDeclaration<WriteTrials> = {
  purpose: 'Written and rolled back, to try whether the disk takes anything.',
  lifetime: { kept: 'Never holds a row.' },
  people: { nobody: 'Never holds a row.' },
}
