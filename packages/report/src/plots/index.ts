export { firingRatesPlot } from '../firing-rates-plot'
export { confusionPlot, sparsityPlots, trainingPlots } from '../learning-plots'
export { potentialsPlot } from '../potentials-plot'
export { rasterPlot } from '../raster-plot'
