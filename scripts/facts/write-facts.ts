// Writes down what the schemas of the Kong on PATH say, for the checker: node scripts/facts/write-facts.ts
import { writeFileSync } from 'node:fs'
import { factsFile } from '@mobile-api-gateway/kong-plugins/check/facts.ts'
import { readFacts } from './read-facts.ts'

writeFileSync(factsFile, await readFacts())
