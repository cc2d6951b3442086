// APIs as developers meet them: a resource URI, scopes in words, the plans on offer. Limits of plans live in kong.yml.
export { type ApiDefinition, upsertApi as defineApi } from '../store/tables/apis.ts'
