// Why a form of the portal was not saved, in English: what the management API says, where people need other words for it.

/** Sentences of the management API by how they begin. */
const SENTENCES: Readonly<Record<string, string>> = {
  'If-Match is an ETag': 'This page was sent without what it was made from: open it anew, and try again.',
  'This is the last redirect URI':
    'This is the last redirect URI of an application that signs people in at an API: add another one first, or end its subscriptions.',
  'this person is in no state': 'This person’s state is another one by now: look at their page, and decide again.',
}

export const REFUSED = {
  title: 'This was not saved',
  searchTitle: 'This cannot be searched for',
  leads: {
    precondition_failed: 'Somebody changed it while this page was open. Look at what is there now, then decide again.',
    conflict: 'It does not fit what there is.',
  },
  /** By kind of fault, about a field. */
  faults: {
    empty: (label: string) => `${label}: this cannot be left empty.`,
    long: (label: string, most: string) => `${label}: this is too long; there is room for ${most}.`,
    pattern: (label: string, hint: string) => `${label}: this is not written as it has to be. ${hint}`,
  },
  sentences: SENTENCES,
  /** Above what has no other words here; empty where the sentences of the API can be shown as they are. */
  untold: '',
}
