const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

/** A line of block characters: `width` samples, scaled from `lowest` to `highest`. */
export function sparkline(
  values: readonly number[],
  width: number,
  lowest: number,
  highest: number,
): string {
  const samples = Array.from({ length: width }, (_, index) => {
    const position = Math.round((index * (values.length - 1)) / (width - 1))
    return values[position]!
  })
  return samples
    .map((value) => {
      const level = Math.floor(((value - lowest) / (highest - lowest)) * blocks.length)
      return blocks[Math.max(0, Math.min(level, blocks.length - 1))]
    })
    .join('')
}
