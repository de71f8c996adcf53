// Answers GET /api/hello?name=Ada behind a Function URL.
export async function handler(event) {
  const name = event.queryStringParameters?.name ?? 'world'
  return { greeting: `${process.env.GREETING}, ${name}`, path: event.rawPath }
}
