// Writes down what the schemas of the Kong on PATH say, for the checker: node scripts/facts/write-facts.ts
import { writeFileSync } from 'node:fs'
import { FACTS_FILE } from '@mobile-api-gateway/kong-plugins/gateway/config/model/facts.ts'
import { readFacts } from './read-facts.ts'

writeFileSync(FACTS_FILE, await readFacts())
