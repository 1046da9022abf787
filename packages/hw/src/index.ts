export * from './api'
export * from './counts'
export * from './errors'
export * from './quantities'
