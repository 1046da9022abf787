/** ⌊log10 x⌋ of x > 0, exactly: the exponent that x is written with. */
export const decade = (x: number): number => Number(x.toExponential().split('e')[1])
