/** Round bounds and ticks for a value axis; bars and areas always start at zero. */
export function scale(values: number[], zero: boolean): { low: number; high: number; ticks: number[] } {
  let low = Math.min(...values);
  let high = Math.max(...values);
  if (zero || low > 0 && low < (high - low)) low = Math.min(low, 0);
  if (zero) high = Math.max(high, 0);
  if (low === high) high = low + 1;
  const rough = (high - low) / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((one) => one * unit >= rough) ?? 10) * unit;
  low = Math.floor(low / step) * step;
  high = Math.ceil(high / step) * step;
  const count = Math.round((high - low) / step);
  return { low, high, ticks: Array.from({ length: count + 1 }, (_none, at) => low + at * step) };
}
