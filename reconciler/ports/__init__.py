"""What the shell asks of the outside world, as Protocols: an endpoint to read and write, a journal."""
