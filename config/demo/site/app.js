// The demo page: sends requests through the distribution and draws the way of each.
import { readJourney, tellJourney } from './journey.js'

const KEPT_ROWS = 8
const byId = (id) => document.getElementById(id)
const all = (selector) => [...document.querySelectorAll(selector)]
const place = () => document.querySelector('input[name="pop"]:checked')

/** `FRA56 /picture.svg`: what this page asked for, and where. A miss starts the record of its object anew. */
const visited = new Set(JSON.parse(sessionStorage.getItem('visited') ?? '[]'))

for (const button of all('#requests button')) button.addEventListener('click', () => run(button))
byId('places').addEventListener('change', () => {
  light([], [], null)
  showPlace(place().value)
})

async function run(button) {
  const { path, method = 'GET', hint, times = '1' } = button.dataset
  // A query string that nobody used before is an object that nobody has a copy of.
  const url = 'fresh' in button.dataset ? `${path}?new=${crypto.getRandomValues(new Uint32Array(1))[0]}` : path
  for (const each of all('button')) each.disabled = true
  byId('hint').textContent = hint
  try {
    const results = await Promise.all(Array.from({ length: Number(times) }, () => send(url, method)))
    for (const result of results) addRow(result)
    await show(results)
  } catch (error) {
    light(['viewer'], [], null)
    byId('story').textContent = `No answer: ${error.message}. Is pocketfront still running?`
  } finally {
    for (const each of all('button')) each.disabled = false
  }
}

/** One request past the browser's own cache. */
async function send(url, method) {
  const headers = { 'x-pocketfront-pop': place().value, 'x-pocketfront-explain': '1' }
  const start = performance.now()
  performance.clearResourceTimings()
  const response = await fetch(url, { method, headers, cache: 'no-store', body: method === 'POST' ? 'hello origin' : undefined })
  const bytes = await response.arrayBuffer()
  const milliseconds = performance.now() - start
  const sent = performance.getEntriesByType('resource').at(-1)?.encodedBodySize || bytes.byteLength
  const pop = headers['x-pocketfront-pop']
  const journey = readJourney(response.headers, { method, wasHere: visited.has(`${pop} ${url}`) })
  if (journey.word === 'Miss') for (const each of visited) if (each.endsWith(` ${url}`)) visited.delete(each)
  visited.add(`${pop} ${url}`)
  sessionStorage.setItem('visited', JSON.stringify([...visited]))
  return { url, method, response, bytes, sent, milliseconds, pop, journey }
}

async function show(results) {
  const last = results.at(-1)
  // Of many at once, the one that went furthest tells the way.
  const { journey } = results.find((each) => each.journey.reached === 'origin') ?? last
  const route = { pop: ['pop'], regional: ['pop', 'regional'], origin: ['pop', 'regional', 'origin'] }[journey.reached]
  const links = journey.skipsRegional ? ['pop', 'direct'] : route
  const stops = ['viewer', ...(journey.skipsRegional ? ['pop', 'origin'] : route)]
  light(stops, links, journey.reached)
  showPlace(last.response.headers.get('x-amz-cf-pop') ?? last.pop)
  byId('origin-name').textContent = last.url.startsWith('/api/') ? 'demo API' : 'bucket (a folder)'
  byId('story').textContent = results.length > 1 ? tellMany(results) : tellJourney(journey)
  showFacts(last)
  showTrace(last.response.headers.get('x-pocketfront-trace'))
  showPreview(last)
}

function tellMany(results) {
  const misses = results.filter((each) => each.journey.word === 'Miss').length
  return `${results.length} viewers at once, ${misses === 1 ? 'one request' : `${misses} requests`} to the origin.`
}

function light(stops, links, answered) {
  for (const stop of all('[data-stop]')) {
    const name = stop.dataset.stop
    stop.classList.toggle('lit', stops.includes(name))
    stop.classList.toggle('answered', name === answered)
    stop.classList.toggle('skipped', links.includes('direct') && name === 'regional')
  }
  for (const link of all('[data-link]')) link.classList.toggle('lit', links.includes(link.dataset.link))
}

function showPlace(popName) {
  byId('pop-name').textContent = popName
  byId('region-name').textContent = place().dataset.region
}

function showFacts({ response, bytes, sent, milliseconds }) {
  const { headers } = response
  const encoding = headers.get('content-encoding')
  const facts = {
    status: response.status,
    'X-Cache': headers.get('x-cache'),
    Age: headers.get('age'),
    'X-Amz-Cf-Pop': headers.get('x-amz-cf-pop'),
    'Cache-Control': headers.get('cache-control'),
    'Strict-Transport-Security': headers.get('strict-transport-security'),
    bytes: encoding === null ? bytes.byteLength : `${sent} of ${bytes.byteLength} (${encoding})`,
    time: `${milliseconds.toFixed(1)} ms`,
  }
  byId('facts').replaceChildren(
    ...Object.entries(facts)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => element('div', element('dt', name), element('dd', String(value)))),
  )
}

function showTrace(id) {
  byId('trace').hidden = id === null
  byId('trace').querySelector('code').textContent = `curl http://127.0.0.1:8081/traces/${id}`
}

function showPreview({ response, bytes }) {
  const type = response.headers.get('content-type') ?? ''
  const preview = byId('preview')
  preview.hidden = false
  if (!type.startsWith('image/')) return preview.replaceChildren(element('pre', new TextDecoder().decode(bytes)))
  const image = element('img')
  image.alt = 'the picture that was requested'
  image.src = URL.createObjectURL(new Blob([bytes], { type }))
  image.onload = () => URL.revokeObjectURL(image.src)
  preview.replaceChildren(image)
}

function addRow({ url, method, response, milliseconds, pop, journey }) {
  const cache = element('td', journey.word)
  cache.className = journey.word
  const cells = [`${method} ${url}`, pop, response.status].map((text) => element('td', String(text)))
  const row = element('tr', ...cells, cache, element('td', response.headers.get('age') ?? ''), element('td', milliseconds.toFixed(1)))
  byId('log').prepend(row)
  while (byId('log').children.length > KEPT_ROWS) byId('log').lastChild.remove()
}

function element(name, ...children) {
  const made = document.createElement(name)
  made.append(...children)
  return made
}
