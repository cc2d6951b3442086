// Moments as they are told: RFC 3339 in UTC. Pure.
export function moment(date: Date | null): string | null {
  return date?.toISOString() ?? null
}
