import { reportTableScript } from './report-table-script.ts'

/**
 * What a report does when it is opened: draws its charts, follows the theme, and sorts and turns the
 * pages of its trades. It reads its data from the page, and nothing from anywhere else.
 */
export const reportScript = String.raw`
(() => {
'use strict'
const data = JSON.parse(document.getElementById('data').textContent)
const root = document.documentElement
root.classList.add('scripted')
const byId = (id) => document.getElementById(id)
const color = (name) => getComputedStyle(root).getPropertyValue('--' + name).trim()
const minus = (text) => text.replace('-', '\u2212')
const two = new Intl.NumberFormat('en-US', { signDisplay: 'negative', minimumFractionDigits: 2, maximumFractionDigits: 2 })
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 4 })
const six = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6 })
const four = new Intl.NumberFormat('en-US', { maximumFractionDigits: 4 })
const prices = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 4 })
const quantity = (value) => minus((Math.abs(value) < 1 ? six : four).format(value))
const price = (value) => minus((value !== 0 && Math.abs(value) < 1 ? six : prices).format(value))
const axis = (value) => minus((Math.abs(value) >= 10000000 ? short : Math.abs(value) < 1 ? six : four).format(value))
const dark = matchMedia('(prefers-color-scheme: dark)')

function theme() {
  return root.dataset.theme || (dark.matches ? 'dark' : 'light')
}

// The depth below the highest value so far: in percent, or in money where there is nothing to be a share of.
function underWater(points) {
  const relative = points.length > 0 && points[0][1] > 0
  let peak = -Infinity
  return points.map(([time, value]) => {
    peak = Math.max(peak, value)
    return { time, value: relative ? (100 * (value - peak)) / peak : value - peak }
  })
}

// The first candle that ends at or after a time holds what happened at that time.
function candleAt(candles, time) {
  let low = 0
  let high = candles.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (candles[middle][0] < time) low = middle + 1
    else high = middle
  }
  return candles[low][0]
}

function markersOf(symbol, candles) {
  const markers = []
  for (const trade of data.trades) {
    if (trade[1] !== symbol) continue
    const long = trade[2] === 'long'
    const mark = (time, buys, entry) => ({
      time: candleAt(candles, time / 1000),
      position: buys ? 'belowBar' : 'aboveBar',
      shape: entry ? (buys ? 'arrowUp' : 'arrowDown') : 'circle',
      color: entry ? color('accent') : color(Number(trade[8]) < 0 ? 'loss' : 'gain'),
      size: entry ? 1 : 0.7,
    })
    markers.push(mark(trade[4], long, true))
    if (trade[6] !== null) markers.push(mark(trade[6], !long, false))
  }
  return markers.sort((left, right) => left.time - right.time)
}

function charts() {
  const holder = byId('charts')
  const { createChart, AreaSeries, BaselineSeries, CandlestickSeries, LineSeries } = LightweightCharts
  const hasPrices = data.prices.length > 0
  holder.classList.toggle('with-prices', hasPrices)
  const times = data.equity.map(([time]) => time)
  const span = times.length > 1 ? times[times.length - 1] - times[0] : 0
  const daily = span / Math.max(1, times.length - 1) >= 43200
  const chart = createChart(holder, {
    autoSize: true,
    layout: { attributionLogo: true, panes: { enableResize: false }, fontFamily: getComputedStyle(document.body).fontFamily },
    localization: { locale: 'en-US' },
    rightPriceScale: { borderVisible: false },
    timeScale: { borderVisible: false, timeVisible: !daily, secondsVisible: span < 7200, minBarSpacing: 0.005, rightOffset: 0, lockVisibleTimeRangeOnResize: true },
    crosshair: { mode: 0 },
    handleScroll: { vertTouchDrag: false },
  })
  const quiet = { lastValueVisible: false, priceLineVisible: false }
  const formatted = (formatter) => ({ priceFormat: { type: 'custom', formatter, minMove: 0.00000001 } })
  const equity = chart.addSeries(AreaSeries, { ...quiet, ...formatted(axis), lineWidth: 2 }, 0)
  const held = chart.addSeries(LineSeries, { ...quiet, ...formatted(axis), lineWidth: 1, lineStyle: 2, visible: false, crosshairMarkerVisible: false }, 0)
  const relative = data.equity.length > 0 && data.equity[0][1] > 0
  const depth = (value) => minus(relative ? two.format(value) + ' %' : axis(value))
  const water = chart.addSeries(BaselineSeries, { ...quiet, ...formatted((value) => minus(four.format(value)) + (relative ? ' %' : '')), baseValue: { type: 'price', price: 0 }, lineWidth: 1 }, 1)
  equity.setData(data.equity.map(([time, value]) => ({ time, value })))
  water.setData(underWater(data.equity))
  const labels = []
  function label(index, text) {
    const lines = () => ({ lines: [{ text, color: color('muted'), fontSize: 12 }] })
    const mark = LightweightCharts.createTextWatermark(chart.panes()[index], { horzAlign: 'left', vertAlign: 'top', ...lines() })
    labels[index] = { detach: () => mark.detach(), paint: () => mark.applyOptions(lines()) }
  }
  label(0, 'Equity, ' + data.currency)
  label(1, 'Drawdown')
  const mostMarks = 300
  let shown, markers, current, drawn
  let all = []
  function showPrice(index) {
    current = data.prices[index]
    if (shown) chart.removeSeries(shown)
    const type = current.line ? LineSeries : CandlestickSeries
    shown = chart.addSeries(type, { ...quiet, ...formatted(axis), lineWidth: 1 }, 2)
    shown.setData(current.candles.map(current.line
      ? ([time, value]) => ({ time, value })
      : ([time, open, high, low, close]) => ({ time, open, high, low, close })))
    markers = LightweightCharts.createSeriesMarkers(shown, [])
    chart.panes()[2].setStretchFactor(4)
    if (labels[2]) labels[2].detach()
    label(2, current.symbol)
    paint()
  }
  function paint() {
    chart.applyOptions({
      layout: { background: { color: 'transparent' }, textColor: color('muted'), panes: { separatorColor: color('line') } },
      grid: { vertLines: { color: color('grid') }, horzLines: { color: color('grid') } },
    })
    equity.applyOptions({ lineColor: color('accent'), topColor: color('accent-soft'), bottomColor: 'transparent' })
    held.applyOptions({ color: color('muted') })
    for (const each of labels) each.paint()
    water.applyOptions({ bottomLineColor: color('loss'), bottomFillColor1: 'transparent', bottomFillColor2: color('loss-soft'), topLineColor: color('loss'), topFillColor1: 'transparent', topFillColor2: 'transparent' })
    if (!shown) return
    shown.applyOptions(current.line
      ? { color: color('text') }
      : { upColor: color('gain'), borderUpColor: color('gain'), wickUpColor: color('gain'), downColor: color('loss'), borderDownColor: color('loss'), wickDownColor: color('loss') })
    all = markersOf(current.symbol, current.candles)
    drawn = undefined
    mark()
  }
  // So many marks that they hide the price are left out until somebody looks closer.
  function mark() {
    const range = chart.timeScale().getVisibleRange()
    const seen = range && all.length > mostMarks ? all.filter(({ time }) => time >= range.from && time <= range.to) : all
    const next = seen.length > mostMarks ? [] : seen
    if (drawn && drawn.length === next.length && drawn[0] === next[0]) return
    drawn = next
    markers.setMarkers(next)
    byId('closer').hidden = next === seen
  }
  // What the capital would be worth had it bought the only symbol at its first close.
  const single = data.prices.length === 1 && relative ? data.prices[0] : undefined
  if (single) {
    const first = single.candles[0]
    const scale = data.equity[0][1] / first[first.length - 1]
    held.setData(single.candles.map((candle) => ({ time: candle[0], value: candle[candle.length - 1] * scale })))
  }
  chart.panes()[0].setStretchFactor(4)
  chart.panes()[1].setStretchFactor(1.6)
  if (hasPrices) showPrice(0)
  paint()
  chart.timeScale().fitContent()
  if (hasPrices) chart.timeScale().subscribeVisibleTimeRangeChange(mark)
  const tell = legend(chart, { equity, held, water, price: () => shown, symbol: () => current && current.symbol, depth, daily })
  tools(chart, { held, single, showPrice, tell })
  return paint
}

// The last point of a curve at or before a time.
function latest(points, time) {
  let low = 0
  let high = points.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (points[middle].time <= time) low = middle + 1
    else high = middle
  }
  return points[low - 1]
}

function legend(chart, { equity, held, water, price: shown, symbol, depth, daily }) {
  const holder = byId('legend')
  const item = (name, text, swatch) => {
    const part = document.createElement('span')
    const value = document.createElement('b')
    value.textContent = text
    if (swatch) {
      const square = document.createElement('i')
      square.style.background = 'var(--' + swatch + ')'
      part.append(square)
    }
    part.append(name + ' ', value)
    return part
  }
  const last = (series) => { const all = series.data(); return all[all.length - 1] }
  // Curves of a long run are thinned: between two points, the former one holds.
  const curves = new Map([equity, held, water].map((series) => [series, series.data()]))
  const at = (series, event) => event.seriesData.get(series) || latest(curves.get(series) || [], event.time)
  function tell(event) {
    const of = (series) => event && event.time !== undefined ? at(series, event) : last(series)
    const parts = []
    const time = event && event.time !== undefined ? event.time : (last(equity) || {}).time
    if (time !== undefined) {
      const text = new Date(time * 1000).toISOString()
      parts.push(item('', daily ? text.slice(0, 10) : text.slice(0, 19).replace('T', ' ')))
    }
    const [e, h, w] = [of(equity), of(held), of(water)]
    if (e) parts.push(item('Equity', minus(two.format(e.value)) + ' ' + data.currency, 'accent'))
    if (h && held.options().visible) parts.push(item('Buy and hold', minus(two.format(h.value)), 'muted'))
    if (w) parts.push(item('Drawdown', depth(w.value), 'loss'))
    const p = shown() && of(shown())
    if (p) parts.push(item(symbol(), p.close === undefined ? price(p.value) : 'O ' + price(p.open) + '  H ' + price(p.high) + '  L ' + price(p.low) + '  C ' + price(p.close), 'gain'))
    holder.replaceChildren(...parts)
  }
  chart.subscribeCrosshairMove(tell)
  tell()
  return tell
}

function tools(chart, { held, single, showPrice, tell }) {
  const toggle = (id, act) => byId(id).addEventListener('click', (event) => {
    const on = event.currentTarget.getAttribute('aria-pressed') !== 'true'
    event.currentTarget.setAttribute('aria-pressed', String(on))
    act(on)
  })
  const scale = (pane, on) => chart.priceScale('right', pane).applyOptions({ mode: on ? 1 : 0 })
  toggle('log', (on) => { scale(0, on); if (data.prices.length > 0) scale(2, on) })
  if (single) toggle('hold', (visible) => { held.applyOptions({ visible }); tell() })
  else byId('hold').remove()
  byId('fit').addEventListener('click', () => chart.timeScale().fitContent())
  const select = byId('symbol')
  if (data.prices.length < 2) select.remove()
  else {
    select.append(...data.prices.map(({ symbol }, index) => new Option(symbol, index)))
    select.addEventListener('change', () => { showPrice(Number(select.value)); tell() })
  }
}
${reportTableScript}
const paint = data.equity.length > 0 ? charts() : () => {}
if (data.equity.length === 0) byId('chart-section').remove()
dark.addEventListener('change', paint)
byId('theme').addEventListener('click', () => {
  root.dataset.theme = theme() === 'dark' ? 'light' : 'dark'
  paint()
})
table()
})()
`
