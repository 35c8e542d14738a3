"""The pages, a module for each kind; each has `routes(site)`."""
