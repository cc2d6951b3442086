// What a process that a test starts keeps of the environment: where programs are, and what is compiled already.

/** To begin the environment with of a process that shall know nothing else. */
export const SURROUNDINGS = { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE } as const
