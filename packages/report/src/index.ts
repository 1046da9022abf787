export * from './api'
export * from './html'
export * from './terminal'
