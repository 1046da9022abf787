export { listGradients, listLevelPlaces, listLevels, listPlaces, listSpikes } from './lists'
export {
  copyBits,
  divideAll,
  integrate,
  poolBits,
  poolCurrents,
  potentialGradients,
  spreadGradients,
  sumOverTime,
  transposeBits,
} from './neurons'
export { sumRows } from './rows'
