// The dearest thing that functions usually do: a signature of a token, and a key value store.
import cf from 'cloudfront'
import crypto from 'crypto'

const store = cf.kvs()

async function handler(event) {
  const secret = await store.get('secret')
  const signature = crypto
    .createHmac('sha256', secret)
    .update('eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9')
    .digest('base64url')
  event.request.headers['x-signature'] = { value: signature }
  return event.request
}
