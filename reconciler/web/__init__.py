"""The page: every service and every request as a browser shows it, and the forms that answer.

`application.create_app` makes the page over one session; who may reach it is for `guard`. Importing this
package is cheap: FastAPI and Jinja are imported by the command that serves.
"""
