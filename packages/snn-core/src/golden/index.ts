export * from '../golden'
export type { GoldenDifference, GoldenQuantity } from '../golden-compare'
export type { GoldenLayerReport, GoldenReport } from '../golden-report'
