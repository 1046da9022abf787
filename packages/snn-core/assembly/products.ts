/* The kernels that add products: all that a module with fused multiply-adds needs. */
export { dotOpen } from './dots'
export { sumProducts } from './fully-connected'
export { sumRows } from './rows'
