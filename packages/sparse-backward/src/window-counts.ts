/**
 * Valid inputs of every k×k window (the number of set tag bits, Fig. 8b) by two running sums.
 * @param valid one channel of ∇ũ as bytes 0 or 1: zero-inserted, with its border, (H + k − 1)×(W + k − 1), row-major
 * @param counts H×W results, 0..k²
 * @param scratch at least (H + k − 1)·W values
 */
export const windowCounts = (
  valid: Uint8Array,
  from: number,
  { H, W, kernel }: { readonly H: number; readonly W: number; readonly kernel: number },
  counts: Uint16Array,
  scratch: Uint16Array,
): void => {
  const [high, wide] = [H + kernel - 1, W + kernel - 1]
  // (H + k − 1)×(W + k − 1) bytes in, (H + k − 1)×W row sums out
  for (let y = 0; y < high; y++) {
    const line = from + y * wide
    let inRow = 0
    for (let x = 0; x < kernel - 1; x++) inRow += valid[line + x]
    for (let x = 0; x < W; x++) {
      inRow += valid[line + x + kernel - 1]
      scratch[y * W + x] = inRow
      inRow -= valid[line + x]
    }
  }
  // (H + k − 1)×W row sums in, H×W window sums out
  for (let x = 0; x < W; x++) {
    let inWindow = 0
    for (let y = 0; y < kernel - 1; y++) inWindow += scratch[y * W + x]
    for (let y = 0; y < H; y++) {
      inWindow += scratch[(y + kernel - 1) * W + x]
      counts[y * W + x] = inWindow
      inWindow -= scratch[y * W + x]
    }
  }
}
