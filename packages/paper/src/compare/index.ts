export * from './compare'
export * from './reproduced'
