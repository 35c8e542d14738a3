"""One look at the endpoint and what the journal adds to it, as a file that plans can be made from anywhere.

The file comes back from places that strangers can write to, so what is read is taken for data and no more.
"""
