# A function behind a REST API (payload format 1.0).
import json
import os


def lambda_handler(event, context):
    order = {
        'method': event['httpMethod'],
        'path': event['path'],
        'stage': event['requestContext']['stage'],
        'currency': os.environ['CURRENCY'],
    }
    return {
        'statusCode': 200,
        'headers': {'Content-Type': 'application/json', 'Cache-Control': 'no-store'},
        'multiValueHeaders': {'Set-Cookie': ['seen=1; Path=/', 'order=7; Path=/']},
        'body': json.dumps(order),
    }
