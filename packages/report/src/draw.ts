import type { TopLevelSpec } from 'vega-lite'

/** Mid tones that stand out on light and on dark paper, told apart without red against green. */
const palette = ['#3b82c4', '#e08214', '#1f9e89', '#b5568a', '#8073ac', '#a6761d', '#6b7f8c', '#c44e52']

const config = {
  aria: false,
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  axis: {
    labelColor: 'currentColor',
    titleColor: 'currentColor',
    domainColor: 'currentColor',
    tickColor: 'currentColor',
    gridColor: 'currentColor',
    gridOpacity: 0.12,
    titleFontWeight: 'normal',
    labelLimit: 240,
  },
  // Slanted, so that many layer names find room.
  axisX: { labelAngle: -35, labelAlign: 'right' },
  axisXQuantitative: { labelAngle: 0, labelAlign: 'center', tickCount: 6 },
  legend: { labelColor: 'currentColor', titleColor: 'currentColor', orient: 'bottom', columns: 5, labelLimit: 0 },
  header: { labelColor: 'currentColor', titleColor: 'currentColor' },
  range: { category: palette },
  mark: { color: palette[0] },
}

/** What browsers do not need: names of marks, roles of groups inside one picture, namespaces of standalone files. */
const noise = / (class|role|aria-[a-z]+|pointer-events|version|xmlns(:\w+)?)="[^"]*"/g

/** Makes an SVG part of a page: sized by the page, ids its own, nothing that points outside. */
const inlined = (svg: string, name: string): string => {
  const ids = new Map<string, string>()
  const own = (id: string) => {
    // Vega counts ids per process; counting them per plot gives the same page every time.
    if (!ids.has(id)) ids.set(id, `${name}-${ids.size}`)
    return ids.get(id)!
  }
  return svg.replace(/<[^>]*>/g, (tag) => {
    const bare = tag
      .replace(noise, '')
      .replace(/ id="([^"]*)"/g, (_, id: string) => ` id="${own(id)}"`)
      .replace(/url\(#([^)]*)\)/g, (_, id: string) => `url(#${own(id)})`)
    const size = /^<svg width="([^"]*)" height="[^"]*"/.exec(bare)
    return size ? bare.replace(size[0], `<svg class="plot" aria-hidden="true" style="max-width:${size[1]}px"`) : bare
  })
}

/** Draws a plot as SVG text that needs nothing from outside and takes its ink from the page. */
export type DrawPlot = (spec: TopLevelSpec, name: string) => Promise<string>

/** Loads vega and vega-lite (only when a page is made) and returns the drawing function; `name` leads the ids. */
export const loadDrawing = async (): Promise<DrawPlot> => {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')])
  return async (spec, name) => {
    const compiled = compile({ ...spec, config } as TopLevelSpec).spec
    const view = new vega.View(vega.parse(compiled), { renderer: 'none', logLevel: vega.Error })
    try {
      return inlined(await view.toSVG(), name)
    } finally {
      view.finalize()
    }
  }
}
