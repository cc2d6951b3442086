// Who owns an object of the catalogue, and alone may change it.

/** The catalogue file that is imported, or the portal, which stands for everybody else. */
export type ManagedBy = 'file' | 'portal'
