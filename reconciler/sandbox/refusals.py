"""How the API says no: the gateway before a call is understood, a product after it."""

from __future__ import annotations

from http import HTTPStatus


class Refusal(Exception):  # noqa: N818 - a refusal is an answer of the API, not an error of ours
    """An answer other than 200; `body` is what goes out as JSON."""

    def __init__(self, status: int, body: dict[str, object], headers: dict[str, str] | None = None) -> None:
        super().__init__(body.get("message"))
        self.status = status
        self.body = body
        self.headers = headers or {}


def gateway(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Refusal:
    """Return a refusal in the gateway's shape: keys, signatures, quotas."""
    http_code = f"{status} {HTTPStatus(status).phrase}"
    return Refusal(status, {"errorCode": code, "httpCode": http_code, "message": message}, headers)


def bad_request(message: str) -> Refusal:
    """Return a 400: the call says something that cannot be."""
    return Refusal(400, {"class": "Client::BadRequest", "message": message})


def forbidden(message: str) -> Refusal:
    """Return a 403: the call is understood, and not for this account."""
    return Refusal(403, {"class": "Client::Forbidden", "message": message})


def not_found(message: str) -> Refusal:
    """Return a 404: it does not exist, or this account may not see it."""
    return Refusal(404, {"class": "Client::NotFound", "message": message})


def busy() -> Refusal:
    """Return a 503: the server, not the call, is the reason."""
    return Refusal(503, {"class": "Server::InternalServerError", "message": "The service is busy, try again"})


def conflict(message: str, status: int = 409) -> Refusal:
    """Return a 409: it would be right in another state of things."""
    name = "Client::Conflict" if status == HTTPStatus.CONFLICT else "Client::BadRequest"
    return Refusal(status, {"class": name, "message": message})
