export * from '../terminal'
export * from '../text-page'
