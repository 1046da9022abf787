export { dotOpen } from './dots'
export {
  copyPanels,
  gatherBits,
  listBits,
  listByMap,
  listByOutput,
  sumProducts,
  transposeMaps,
  valuesOfBits,
  valuesOfBytes,
} from './fully-connected'
export {
  joinLists,
  listAtPlaces,
  listGradients,
  listLevelPlaces,
  listLevels,
  listPlaces,
  listSpikes,
  listWindows,
} from './lists'
export {
  divideAll,
  integrate,
  packBytes,
  poolBits,
  poolCurrents,
  potentialGradients,
  spreadGradients,
  sumOverTime,
  transposeBits,
} from './neurons'
export { expandBits, expandLevels, foldTaps, transposePlanes, unfoldTaps, unpackRows } from './pack'
export { clear, sumRows } from './rows'
export { largest, updateAdam, updateMomentum, updateSgd } from './update'
