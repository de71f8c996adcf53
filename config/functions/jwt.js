// viewer-request: a JSON Web Token (HS256) in the cookie `token`, signed with the secret of the key value store.
import cf from 'cloudfront'
import crypto from 'crypto'

const store = cf.kvs()

function isValid(token, secret) {
  const parts = token.split('.')
  if (parts.length !== 3) return false
  const signed = parts[0] + '.' + parts[1]
  if (crypto.createHmac('sha256', secret).update(signed).digest('base64url') !== parts[2]) return false
  const claims = JSON.parse(Buffer.from(parts[1], 'base64url').toString())
  return !claims.exp || claims.exp * 1000 > Date.now()
}

async function handler(event) {
  const request = event.request
  const cookie = request.cookies.token
  const secret = await store.get('jwt.secret')
  if (cookie && isValid(cookie.value, secret)) return request
  return { statusCode: 403, statusDescription: 'Forbidden', body: 'A valid token, please.\n' }
}
