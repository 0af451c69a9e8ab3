"""Tells schemathesis how a batch of records is written."""

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def ndjson(context, value):
    return value.encode() if isinstance(value, str) else bytes(value)
