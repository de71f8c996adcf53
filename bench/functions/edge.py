# The same as edge.mjs in Python.
def lambda_handler(event, context):
    request = event['Records'][0]['cf']['request']
    host = request['headers'].get('host', [{'value': ''}])[0]['value']
    request['headers']['x-site'] = [{'key': 'X-Site', 'value': host}]
    if request['uri'].endswith('/'):
        request['uri'] += 'index.html'
    return request
