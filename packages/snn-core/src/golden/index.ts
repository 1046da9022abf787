export * from '../golden'
