// viewer-request: viewers go to the page of their country. The header is there because a policy lists it.
const PAGES = { DE: '/about/?land=de', FR: '/about/?pays=fr' }

function handler(event) {
  const country = event.request.headers['cloudfront-viewer-country']
  const location = (country && PAGES[country.value]) || '/about/'
  return { statusCode: 302, statusDescription: 'Found', headers: { location: { value: location } } }
}
