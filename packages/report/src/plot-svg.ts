import type { ReportPlot } from './plot'

/** A plot as an SVG file of its own: black ink on white, nothing loaded from outside. */
export const renderPlotSvg = async ({ spec, title }: ReportPlot): Promise<string> => {
  const { loadDrawing } = await import('./draw')
  const draw = await loadDrawing()
  const svg = await draw(spec, title.toLowerCase().replace(/[^a-z0-9]+/g, '-'))
  return `${svg.replace(/^<svg[^>]*?(?= viewBox| style|>)/, '<svg xmlns="http://www.w3.org/2000/svg"').replace(/ style="max-width:([\d.]+)px"/, ' width="$1" style="background:#fff;color:#000"')}\n`
}
