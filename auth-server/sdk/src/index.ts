// The SDK without what belongs to one framework.
export * from './backend/index.ts'
export * from './management/index.ts'
