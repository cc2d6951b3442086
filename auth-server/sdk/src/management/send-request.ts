// How requests leave: by the global fetch, or by a function of the same shape that a caller hands in.

/** As `fetch`, of which this needs no more. */
export type SendRequest = (url: string, init: RequestInit) => Promise<Response>
