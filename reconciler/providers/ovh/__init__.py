"""OVHcloud through its official package: keys in, our nouns out.

Doors: `credentials.load_credentials` finds the keys, `connections.connect` turns them into readers and
writers, `refusals` reads the server's words. This package's `__init__` imports none of them, because
`connections` brings in `ovh` and `requests`, which a command that only validates a file must not pay for.
"""
