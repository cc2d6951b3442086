// The sections of the catalogue file; what each holds stands where it is read.

export const CATALOGUE_SECTIONS = [
  'apis',
  'applications',
  'groups',
  'administrators',
  'developers',
  'development',
  'providers',
  'hooks',
] as const
