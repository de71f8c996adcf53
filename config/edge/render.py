# origin-request: renders a page and answers with it; the cache keeps it for as long as Cache-Control says.
from html import escape
from urllib.parse import parse_qs


def lambda_handler(event, context):
    request = event['Records'][0]['cf']['request']
    name = parse_qs(request['querystring']).get('name', ['world'])[0]
    uri = escape(request['uri'])
    return {
        'status': '200',
        'statusDescription': 'OK',
        'headers': {
            'content-type': [{'key': 'Content-Type', 'value': 'text/html; charset=utf-8'}],
            'cache-control': [{'key': 'Cache-Control', 'value': 'public, max-age=60'}],
        },
        'body': f'<!doctype html><title>Hello</title><h1>Hello {escape(name)}</h1><p>Rendered by Python for {uri}.\n',
    }
