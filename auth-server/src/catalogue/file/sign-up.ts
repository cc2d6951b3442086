// Who may come to an API, as the catalogue file says it: a word, or the domains of addresses.
import { fieldsOf, listOf, type NodeReader, needed, noteAt, oneOfWords } from '../../config/yaml-fields.ts'
import { readDomain } from '../../delivery/mail/mailbox.ts'
import type { WhoMayCome } from '../../store/tables/apis.ts'

const domain: NodeReader<string> = (node, path, problems) => {
  const written = node.kind === 'value' && typeof node.value === 'string' ? node.value : ''
  return (
    readDomain(written) ??
    noteAt(node, `${path}: ${written} is no domain of e-mail addresses, like example.com`, problems)
  )
}

const byDomain = fieldsOf({
  domains: needed('the domains of addresses, proven ones alone', listOf(domain, '[example.com]')),
})
const inOneWord = oneOfWords(['open', 'invitation', 'approval'])

export const signUp: NodeReader<'open' | WhoMayCome> = (node, path, problems) =>
  node.kind === 'map' ? byDomain(node, path, problems) : inOneWord(node, path, problems)
