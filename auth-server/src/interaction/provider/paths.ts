// What stands in front of a provider's name in the address of its form in a visit.
export const PROVIDER = 'provider'
