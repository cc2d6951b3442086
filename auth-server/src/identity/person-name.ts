// The name that people give themselves.

/** In characters. */
export const MAX_NAME_LENGTH = 80
