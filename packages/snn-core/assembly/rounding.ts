/* The kernels whose results depend on how sums and products are rounded: all that a module for binary16 needs. */
export { sumProducts } from './fully-connected'
export { divideAll, integrate, poolCurrents, potentialGradients, spreadGradients, sumOverTime } from './neurons'
export { sumRows } from './rows'
